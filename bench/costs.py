"""What one more control node, item or round costs: the difference of two sizes of one graph."""

import asyncio
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.pairs import WARM_UP, Pairs
from bench.product import Product
from bench.shapes import chain, control, loop, mapped

EXPRESS_BOUND = 0.5

Graph = Callable[[int], dict[str, Any]]

COSTS: tuple[tuple[str, Graph, int, int], ...] = (
    ("control node", control, 2, 42),
    ("item of a map of control nodes", lambda size: mapped(size, None), 5, 105),
    ("round of a loop of control nodes", loop, 5, 105),
)


async def cost(product: Product, graph: Graph, small: int, large: int, runs: int) -> tuple[float, float]:
    """Median seconds of the small run, and of each further node, item or round."""
    medians = [await _median(product, graph(size), runs) for size in (small, large)]
    return medians[0], (medians[1] - medians[0]) / (large - small)


async def item_cost(product: Product, runs: int) -> float:
    """Seconds that an item with one call adds to a map, 50 at a time."""
    return (await cost(product, lambda size: mapped(size, product.echo), 10, 160, runs))[1]


async def express(product: Product, pairs: int) -> Pairs:
    """A chain of 10 in express mode against the standard one, alternating."""
    standard = chain(product.echo, 10)
    ids = [product.published({**standard, "name": "express chain", "settings": {"mode": "express"}}), product.published(standard)]
    measured = Pairs()
    for turn in range(pairs + WARM_UP):
        times = [0.0, 0.0]
        for side in (0, 1) if turn % 2 else (1, 0):
            times[side] = await _seconds(product, ids[side])
        if turn >= WARM_UP:
            measured.add(*times)
    return measured


async def _median(product: Product, definition: dict[str, Any], runs: int) -> float:
    workflow_id = product.published(definition)
    times = [await _seconds(product, workflow_id) for _ in range(runs + WARM_UP)]
    return statistics.median(times[WARM_UP:])


async def _seconds(product: Product, workflow_id: str) -> float:
    begun = time.perf_counter()
    await asyncio.to_thread(product.run, workflow_id)
    return time.perf_counter() - begun
