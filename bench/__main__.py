"""Measures pairs, alternating, and prints the ratios with their spread."""

import argparse
import asyncio
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from temporalio.client import Client

from activities.kit.connection import connect
from activities.kit.keys import KeyRing
from bench import answering
from bench.by_hand import Chain, FanOut
from bench.by_hand_worker import QUEUE
from bench.costs import COSTS, EXPRESS_BOUND, cost, express, item_cost
from bench.pairs import WARM_UP, Pairs
from bench.product import Product, running
from bench.shapes import chain, fan_out
from interpreter.protocol import RECORD_ACTIVITY
from temporal_workers.settings import WorkerSettings


@dataclass(frozen=True)
class Shape:
    name: str
    nodes: int
    bound: float
    definition: Callable[[str], dict[str, object]]
    workflow: type
    size: int


SHAPES = (
    Shape("chain of 10", 10, 1.25, lambda url: chain(url, 10), Chain, 10),
    Shape("chain of 40", 40, 1.15, lambda url: chain(url, 40), Chain, 40),
    Shape("fan-out of 100", 100, 1.20, lambda url: fan_out(url, 100), FanOut, 100),
)


@dataclass
class Measured(Pairs):
    events_per_node: float = 0.0


async def measure(product: Product, client: Client, shape: Shape, pairs: int) -> Measured:
    workflow_id = product.published(shape.definition(product.echo))
    measured = Measured()
    last = ""
    for turn in range(pairs + WARM_UP):
        async def by_hand() -> float:
            begun = time.perf_counter()
            await client.execute_workflow(
                shape.workflow.run,  # type: ignore[attr-defined]
                args=[product.echo, shape.size],
                id=f"hand-{uuid.uuid4().hex}",
                task_queue=QUEUE,
            )
            return time.perf_counter() - begun

        def by_product() -> tuple[float, str]:
            begun = time.perf_counter()
            run = product.run(workflow_id)
            return time.perf_counter() - begun, run["id"]

        # Who goes first alternates too, so that neither always meets the other's leftovers.
        if turn % 2:
            theirs = await by_hand()
            ours, last = await asyncio.to_thread(by_product)
        else:
            ours, last = await asyncio.to_thread(by_product)
            theirs = await by_hand()
        if turn >= WARM_UP:
            measured.add(ours, theirs)
    measured.events_per_node = await _events_per_node(client, last, shape.nodes)
    return measured


async def _events_per_node(client: Client, run_id: str, nodes: int) -> float:
    """History events that a node adds: all but those of the start, the record and the end."""
    history = await client.get_workflow_handle(run_id).fetch_history()
    events = list(history.events)
    record = next(
        place
        for place, event in enumerate(events)
        if event.activity_task_scheduled_event_attributes.activity_type.name == RECORD_ACTIVITY
    )
    return (record - 3) / nodes


async def main(pairs: int) -> bool:
    console = Console()
    table = Table("graph", "ratio (median)", "quartiles", "bound", "ours", "by hand", "events per node", title=f"{pairs} alternating pairs")
    good = True
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as product:
        settings = WorkerSettings(home=Path(folder), temporal_address=product.temporal)
        client = await connect(settings, KeyRing.from_settings(settings))
        for shape in SHAPES:
            console.print(f"measuring {shape.name} …")
            measured = await measure(product, client, shape, pairs)
            good = _add_row(table, shape.name, measured, shape.bound, f"{measured.events_per_node:.1f}") and good
            good = good and measured.events_per_node <= 7
        console.print("measuring express mode and answers …")
        good = _add_row(table, "express chain of 10 / standard", await express(product, pairs), EXPRESS_BOUND) and good
        good = _add_row(table, "set, if, answer / bare route", await answering.measure(product, pairs), answering.BOUND) and good
        costs = [(name, *(await cost(product, graph, small, large, pairs))) for name, graph, small, large in COSTS]
        call = await item_cost(product, pairs)
    console.print(table)
    for name, small, each in costs:
        console.print(f"each further {name}: {each * 1000:.2f} ms (the small run: {small * 1000:.1f} ms)")
    console.print(f"each further item of a map with one call, 50 at a time: {call * 1000:.2f} ms")
    console.print("within all bounds" if good else "OUT OF BOUNDS")
    return good


def _add_row(table: Table, name: str, measured: Pairs, bound: float, events: str = "") -> bool:
    """Whether the median of the ratios is within the bound."""
    low, median, high = measured.ratio()
    ours, theirs = measured.medians()
    table.add_row(
        name, f"{median:.3f}", f"{low:.3f} to {high:.3f}", f"{bound:.2f}", f"{ours * 1000:.0f} ms", f"{theirs * 1000:.0f} ms", events
    )  # fmt: skip
    return median <= bound


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=21)
    raise SystemExit(0 if asyncio.run(main(parser.parse_args().pairs)) else 1)
