"""Express mode: short nodes inside of the workflow task, with the same meaning."""

from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from interpreter.protocol import NodeCall
from tests.engine.conftest import Engine, failing
from tests.engine.graphs import call, edge, ended

pytestmark = pytest.mark.engine

_EXPRESS = {"mode": "express"}


def chain(length: int, **settings: Any) -> dict[str, Any]:
    nodes = [call(f"n{place}") for place in range(length)]
    edges = [edge(f"n{place}", f"n{place + 1}") for place in range(length - 1)]
    return {"nodes": nodes, "edges": edges, "settings": {**_EXPRESS, **settings}}


async def activities_of(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """The activities that the history of a run's latest execution holds as such."""
    history = await handle.fetch_history()
    scheduled = [event.activity_task_scheduled_event_attributes for event in history.events]
    return [one.activity_id for one in scheduled if one.activity_id]


async def test_a_chain_runs_without_an_activity_of_its_own_for_any_node(engine: Engine) -> None:
    engine.continue_after = None
    handle = await engine.start(chain(10))
    recorded = await engine.ended(handle)
    assert ended(recorded) == ("succeeded", {"n9": {"from": "n9"}})
    assert [row["key"] for row in recorded.rows()] == [f"n{place}" for place in range(10)]
    assert len(await activities_of(handle)) == 1, "only the record"


async def test_a_retry_means_the_same_as_always(engine: Engine) -> None:
    engine.script["n1"] = [failing("ServerError", retryable=True), failing("ServerError", retryable=True), "third"]
    definition = chain(3)
    definition["nodes"][1]["retry"] = {"max_attempts": 3, "initial_interval": "10ms", "jitter": "none"}
    recorded = await engine.run(definition)
    assert ended(recorded)[0] == "succeeded"
    assert [(row["key"], row["attempt"]) for row in recorded.rows()] == [("n0", 1), ("n1", 3), ("n2", 1)]


async def test_after_a_failure_the_run_goes_on_with_regular_activities(engine: Engine) -> None:
    engine.continue_after = None
    engine.script["n0"] = failing("Broken")
    definition = chain(3)
    definition["nodes"][0]["on_error"] = "continue"
    handle = await engine.start(definition)
    recorded = await engine.ended(handle)
    assert ended(recorded)[0] == "succeeded"
    assert (await activities_of(handle))[:2] == ["n1", "n2"]


async def test_after_a_wait_the_run_goes_on_with_regular_activities(engine: Engine) -> None:
    engine.continue_after = None
    nodes = [call("a"), {"id": "pause", "type": "core.wait@1", "config": {"duration": "200ms"}}, call("b")]
    handle = await engine.start({"nodes": nodes, "edges": [edge("a", "pause"), edge("pause", "b")], "settings": _EXPRESS})
    assert ended(await engine.ended(handle))[0] == "succeeded"
    assert (await activities_of(handle))[0] == "b"


async def test_a_container_runs_its_nodes_as_regular_activities(engine: Engine) -> None:
    engine.continue_after = None
    nodes = [{"id": "all", "type": "core.map@1", "config": {"items": [1, 2]}}, call("one", parent="all")]
    handle = await engine.start({"nodes": nodes, "edges": [], "settings": _EXPRESS})
    assert ended(await engine.ended(handle))[0] == "succeeded"
    assert (await activities_of(handle))[:2] == ["one#0", "one#1"]


async def test_mocks_travel_with_the_calls_they_stand_for(engine: Engine) -> None:
    mocks = {"n0": {"output": 1}, "n1": {"error": {"name": "Broken"}}}
    recorded = await engine.run(chain(3), mocks=mocks)
    assert recorded.end is not None
    told: list[NodeCall] = engine.calls[recorded.end.run_id]
    assert [one.mock for one in told] == [mocks["n0"], mocks["n1"], None]


async def test_a_run_up_to_a_node_ends_behind_it(engine: Engine) -> None:
    recorded = await engine.run(chain(4), stop_after="n1")
    assert ended(recorded) == ("succeeded", {"n1": {"from": "n1"}})
    statuses = {row["key"]: row["status"] for row in recorded.rows()}
    assert statuses == {"n0": "succeeded", "n1": "succeeded", "n2": "cancelled", "n3": "cancelled"}
