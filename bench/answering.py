"""From a request to its answer: set, if and respond, against the bare route."""

import asyncio
import time
from typing import Any

import httpx

from bench.pairs import WARM_UP, Pairs
from bench.product import Product

BOUND = 2.0


def definition() -> dict[str, Any]:
    nodes = [
        {"id": "doubled", "type": "core.set@1", "config": {"values": {"n": "{{ input.n * 2 }}"}}},
        {"id": "large", "type": "core.if@1", "config": {"condition": "{{ nodes.doubled.n > 10 }}"}},
        {"id": "yes", "type": "core.respond@1", "config": {"output": {"large": True}}},
        {"id": "no", "type": "core.respond@1", "config": {"output": {"large": False}}},
    ]
    edges = [
        {"source": "doubled", "target": "large"},
        {"source": "large", "source_port": "true", "target": "yes"},
        {"source": "large", "source_port": "false", "target": "no"},
    ]
    return {"format": 1, "name": "answer", "nodes": nodes, "edges": edges, "settings": {"mode": "express"}}


async def measure(product: Product, pairs: int) -> Pairs:
    """Seconds of both, alternating."""
    workflow_id = product.published(definition())
    measured = Pairs()
    with httpx.Client(timeout=30) as bare:
        for turn in range(pairs + WARM_UP):
            both = [lambda: _answer(product, workflow_id), lambda: bare.post(product.bare).raise_for_status()]
            times = [0.0, 0.0]
            for side in (0, 1) if turn % 2 else (1, 0):
                begun = time.perf_counter()
                await asyncio.to_thread(both[side])
                times[side] = time.perf_counter() - begun
            if turn >= WARM_UP:
                measured.add(*times)
    return measured


def _answer(product: Product, workflow_id: str) -> None:
    run = product.running.start_run(workflow_id, input={"n": 7}, wait=60)
    if (run.get("response") or {}).get("output") != {"large": True}:
        raise RuntimeError(f"the run did not answer: {run}")
