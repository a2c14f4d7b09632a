"""Large runs: once at full size, and at 200 in the modes that replay or continue at every corner."""

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from interpreter.protocol import NodeCall
from tests.engine.conftest import CACHED_WORKFLOWS, CONTINUE_AFTER, Engine, failing
from tests.engine.graphs import call, edge, ended, inside

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(900)]

FULL = CACHED_WORKFLOWS > 0 and CONTINUE_AFTER is None
MOST_EVENTS = 10_240
"""From here on Temporal warns; no execution of a run may be longer."""


def size(full: int) -> int:
    return full if FULL else 200


async def longest_history(engine: Engine, handle: WorkflowHandle[Any, Any]) -> int:
    """Events of the longest execution of a run and of its batches."""
    longest = 0
    async for execution in engine.client.list_workflows(f'WorkflowId STARTS_WITH "{handle.id}"'):
        longest = max(longest, execution.history_length)
    return longest


async def test_a_map_of_ten_thousand_calls_keeps_its_order_its_window_and_its_histories_short(engine: Engine) -> None:
    count = size(10_000)
    running = most = calls = 0

    async def answer(told: NodeCall) -> Any:
        nonlocal running, most, calls
        running, calls = running + 1, calls + 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        if told.key == f"one#{count // 2}":
            raise failing("Broken")
        return told.scope["item"]

    engine.script["one"] = answer
    everything = {"id": "all", "type": "core.map@1", "config": {"items": "{{ [1..input.n] }}", "concurrency": 50, "tolerated_failures": 1}}
    definition = {"nodes": [everything, *inside("all", call("one", "{{ item }}"))], "edges": [], "output": {"n": "{{ $count(nodes.all) }}"}}
    handle = await engine.start(definition, {"n": count})
    recorded = await engine.ended(handle, 800)
    assert ended(recorded) == ("succeeded", {"n": count})
    assert (calls, most <= 50) == (count, True)
    rows = {row["key"]: row for row in recorded.rows()}
    assert len(rows) == count + 1
    values = [row["output"] for key, row in rows.items() if key != "all"]
    assert sorted(value for value in values if value is not None) == [n for n in range(1, count + 1) if n != count // 2 + 1]
    assert [one["index"] for one in rows["all"]["error"]["items"]] == [count // 2]  # type: ignore[index]
    assert await longest_history(engine, handle) < MOST_EVENTS


async def test_a_loop_of_a_hundred_thousand_pure_rounds_ends(engine: Engine) -> None:
    rounds = size(100_000)
    config = {"while": "{{ carry < input.n }}", "max_iterations": 100_000, "initial": 0, "next": "{{ carry + 1 }}"}
    loop = {"id": "again", "type": "core.loop@1", "config": config}
    definition = {"nodes": [loop, *inside("again", {"id": "pass", "type": "core.noop@1"})], "edges": []}
    handle = await engine.start(definition, {"n": rounds})
    recorded = await engine.ended(handle, 800)
    assert ended(recorded) == ("succeeded", {"again": rounds})
    assert len(recorded.rows()) == rounds + 1
    assert await longest_history(engine, handle) < MOST_EVENTS


async def test_a_chain_of_ten_thousand_nodes_ends(engine: Engine) -> None:
    length = size(10_000)
    nodes = [call(f"n{place}") for place in range(length)]
    edges = [edge(f"n{place}", f"n{place + 1}") for place in range(length - 1)]
    handle = await engine.start({"nodes": nodes, "edges": edges})
    recorded = await engine.ended(handle, 800)
    assert ended(recorded) == ("succeeded", {f"n{length - 1}": {"from": f"n{length - 1}"}})
    assert [row["node_id"] for row in recorded.rows()] == [f"n{place}" for place in range(length)]
    assert len(engine.calls[handle.id]) == length
    assert await longest_history(engine, handle) < MOST_EVENTS


async def test_two_thousand_branches_fan_out_and_in(engine: Engine) -> None:
    width = size(2_000)
    middle = [call(f"m{place}") for place in range(width)]
    nodes = [call("first"), *middle, {"id": "last", "type": "core.merge@1"}]
    edges = [edge("first", one["id"]) for one in middle] + [edge(one["id"], "last") for one in middle]
    handle = await engine.start({"nodes": nodes, "edges": edges, "output": {"n": "{{ $count($keys(nodes.last)) }}"}})
    recorded = await engine.ended(handle, 800)
    assert ended(recorded) == ("succeeded", {"n": width})
    assert await longest_history(engine, handle) < 2 * MOST_EVENTS
