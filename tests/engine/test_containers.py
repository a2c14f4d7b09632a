"""Maps, loops and tries on a real server, small ones inside the run and large ones in batches."""

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowHistory

from interpreter.protocol import NodeCall
from tests.engine.conftest import Engine, failing
from tests.engine.graphs import call, edge, ended, inside

pytestmark = pytest.mark.engine


def mapped(items: Any, *nodes: dict[str, Any], **config: Any) -> dict[str, Any]:
    return {"nodes": [{"id": "all", "type": "core.map@1", "config": {"items": items, **config}}, *inside("all", *nodes)], "edges": []}


async def test_a_map_gives_the_values_of_its_items_in_their_order(engine: Engine) -> None:
    async def slow_first(told: NodeCall) -> Any:
        await asyncio.sleep(0.3 if told.key == "one#0" else 0)
        return told.scope["item"]

    engine.script["one"] = slow_first
    recorded = await engine.run(mapped("{{ input }}", call("one", "{{ item }}")), ["a", "b", "c"])
    assert ended(recorded) == ("succeeded", {"all": ["a", "b", "c"]})
    assert sorted(row["key"] for row in recorded.rows()) == ["all", "one#0", "one#1", "one#2"]


async def test_a_map_never_runs_more_items_at_a_time_than_it_may(engine: Engine) -> None:
    running = most = 0

    async def count(_: NodeCall) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1

    engine.script["one"] = count
    recorded = await engine.run(mapped(list(range(20)), call("one"), concurrency=4))
    assert ended(recorded)[0] == "succeeded"
    assert most == 4


async def test_a_failed_item_within_tolerance_is_null_and_listed(engine: Engine) -> None:
    engine.script["one#1"] = failing("Broken")
    recorded = await engine.run(mapped([1, 2, 3], call("one"), tolerated_failures="34%"))
    assert ended(recorded) == ("succeeded", {"all": [{"from": "one"}, None, {"from": "one"}]})
    [row] = [row for row in recorded.rows() if row["key"] == "all"]
    assert row["error"] is not None
    assert [(one["index"], one["error"]["name"]) for one in row["error"]["items"]] == [(1, "Broken")]


async def test_a_large_map_runs_in_batches_that_nobody_sees(engine: Engine) -> None:
    async def answer(told: NodeCall) -> Any:
        return told.scope["index"] * told.scope["nodes"]["before"]["factor"]

    engine.script.update(one=answer, before={"factor": 2})
    definition = mapped(list(range(450)), call("one", "{{ nodes.before.factor * index }}"), concurrency=60, item_output="{{ nodes.one }}")
    definition["nodes"].append(call("before"))
    definition["edges"] = [edge("before", "all")]
    handle = await engine.start(definition)
    recorded = await engine.ended(handle, 120)
    assert ended(recorded) == ("succeeded", {"all": [index * 2 for index in range(450)]})
    keys = [row["key"] for row in recorded.rows()]
    assert keys[:2] == ["before", "all"]
    assert sorted(keys[2:]) == sorted(f"one#{index}" for index in range(450))
    assert {row["status"] for row in recorded.rows()} == {"succeeded"}
    assert len((await history_of(engine, handle.id)).events) < 400


async def test_a_large_map_fails_when_too_many_items_of_all_batches_fail(engine: Engine) -> None:
    engine.script.update({"one#10": failing("Broken"), "one#410": failing("Broken")})
    recorded = await engine.run(mapped(list(range(420)), call("one"), concurrency=100, tolerated_failures=1))
    assert recorded.end is not None and recorded.end.error is not None
    assert (recorded.end.status, recorded.end.error["name"]) == ("failed", "Broken")
    assert sorted(one["index"] for one in recorded.end.error["items"]) == [10, 410]


async def test_a_cancel_reaches_the_items_of_every_batch(engine: Engine) -> None:
    begun = asyncio.Event()

    async def hang(told: NodeCall) -> None:
        from temporalio import activity

        begun.set()
        for _ in range(600):
            activity.heartbeat()
            await asyncio.sleep(0.1)

    engine.script["one"] = hang
    handle = await engine.start(mapped(list(range(300)), call("one", heartbeat_timeout="2s"), concurrency=5))
    await asyncio.wait_for(begun.wait(), 30)
    await handle.cancel()
    recorded = await engine.ended(handle)
    assert ended(recorded)[0] == "cancelled"
    assert {row["status"] for row in recorded.rows()} == {"cancelled"}


async def test_a_loop_goes_round_with_a_service_node_until_it_may_stop(engine: Engine) -> None:
    engine.script.update({f"one#{index}": {"n": index} for index in range(5)})
    loop = {"id": "again", "type": "core.loop@1", "config": {"until": "{{ nodes.one.n = 3 }}", "next": "{{ nodes.one.n }}"}}
    recorded = await engine.run({"nodes": [loop, *inside("again", call("one"))], "edges": []})
    assert ended(recorded) == ("succeeded", {"again": 3})
    assert [row["key"] for row in recorded.rows()] == ["again", "one#0", "one#1", "one#2", "one#3"]


async def test_a_pure_loop_of_thousands_of_rounds_ends(engine: Engine) -> None:
    engine.continue_after = None
    loop = {
        "id": "again",
        "type": "core.loop@1",
        "config": {"while": "{{ carry < 3000 }}", "max_iterations": 5000, "initial": 0, "next": "{{ carry + 1 }}"},
    }
    recorded = await engine.run({"nodes": [loop, *inside("again", {"id": "pass", "type": "core.noop@1"})], "edges": []})
    assert ended(recorded) == ("succeeded", {"again": 3000})
    assert len(recorded.rows()) == 3001


async def test_a_try_leads_on_after_a_failure_and_its_finally_has_run(engine: Engine) -> None:
    engine.script["bad"] = failing("Broken")
    tried = {"id": "attempt", "type": "core.try@1"}
    tidy = {"id": "tidy", "type": "core.finally@1", "parent": "attempt"}
    nodes = [tried, *inside("attempt", call("bad")), tidy, *inside("tidy", call("clean")), call("after", "{{ errors.attempt.name }}")]
    recorded = await engine.run({"nodes": nodes, "edges": [edge("attempt", "after", "error")]})
    assert ended(recorded)[0] == "succeeded"
    assert [row["key"] for row in recorded.rows()] == ["attempt", "bad", "tidy", "clean", "after"]
    [after] = [row for row in recorded.rows() if row["key"] == "after"]
    assert after["input"] == {"url": "Broken"}


async def test_a_finally_runs_also_when_the_run_is_cancelled(engine: Engine) -> None:
    begun = asyncio.Event()

    async def hang(_: NodeCall) -> None:
        from temporalio import activity

        begun.set()
        for _ in range(600):
            activity.heartbeat()
            await asyncio.sleep(0.1)

    engine.script["long"] = hang
    tried = {"id": "attempt", "type": "core.try@1"}
    tidy = {"id": "tidy", "type": "core.finally@1", "parent": "attempt"}
    nodes = [tried, *inside("attempt", call("long", heartbeat_timeout="2s")), tidy, *inside("tidy", call("clean"))]
    handle = await engine.start({"nodes": nodes, "edges": []})
    await asyncio.wait_for(begun.wait(), 30)
    await handle.cancel()
    recorded = await engine.ended(handle)
    assert ended(recorded)[0] == "cancelled"
    statuses = {row["key"]: row["status"] for row in recorded.rows()}
    assert statuses == {"attempt": "cancelled", "long": "cancelled", "tidy": "succeeded", "clean": "succeeded"}


async def history_of(engine: Engine, run_id: str) -> WorkflowHistory:
    return await engine.client.get_workflow_handle(run_id).fetch_history()


async def test_a_map_goes_through_the_one_match_of_a_filter(engine: Engine) -> None:
    recorded = await engine.run(mapped("{{ input[n > 1] }}", call("one", "{{ item.n }}")), [{"n": 1}, {"n": 2}])
    assert ended(recorded) == ("succeeded", {"all": [{"from": "one"}]})


async def test_a_costly_data_node_is_decided_by_an_activity(engine: Engine) -> None:
    config = {"items": "{{ input }}", "condition": "{{ $contains(item, /^a/) }}"}
    node = {"id": "some", "type": "core.filter@1", "config": config}
    recorded = await engine.run({"nodes": [node], "edges": []}, ["ab", "b", "ac"])
    assert ended(recorded) == ("succeeded", {"some": ["ab", "ac"]})
