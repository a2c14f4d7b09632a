"""F22, F24: workers that know different meanings of a run serve the same queue; the version is simulated by its number."""

import asyncio
import uuid
from dataclasses import replace
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

import interpreter.protocol
from interpreter.definition import Definition
from interpreter.plan import compile_plan
from interpreter.protocol import ANSWER_UPDATE, INTERPRETER_VERSION, RUN_WORKFLOW, Answer, RunEnd
from tests.engine.conftest import Engine
from tests.engine.graphs import call, edge, ended
from tests.interpreter.machine.driving import catalog

pytestmark = pytest.mark.engine

NEWER = INTERPRETER_VERSION + 1


@pytest.fixture
def engine(engine_client: Client) -> Engine:
    """With a queue of its own: its workers come and go."""
    return Engine(engine_client, f"versions-{uuid.uuid4().hex[:8]}", continue_after=None)


async def begun(engine: Engine, definition: dict[str, Any], version: int) -> WorkflowHandle[Any, RunEnd]:
    """A run that the API has begun with a version of the interpreter."""
    plan = compile_plan(Definition.model_validate({"format": 1, "name": "test", **definition}), catalog())
    run_id = f"ws-{uuid.uuid4().hex}"
    begin = replace(engine._start(plan, run_id, None, {}), interpreter=version)
    return await engine.client.start_workflow(RUN_WORKFLOW, begin, id=run_id, task_queue=engine.queue, result_type=RunEnd)


async def refused(handle: WorkflowHandle[Any, RunEnd], times: int) -> None:
    """Waits until a run's workflow task has been given back so often."""
    for _ in range(300):
        described = await handle.describe()
        if described.raw_description.pending_workflow_task.attempt > times:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("nobody has tried the run")


async def test_an_older_worker_leaves_a_newer_run_alone_until_a_newer_one_takes_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = {"nodes": [call("a"), call("b")], "edges": [edge("a", "b")]}
    async with engine.platform_worker():
        async with engine.worker():
            newer, own = await begun(engine, definition, NEWER), await begun(engine, definition, INTERPRETER_VERSION)
            await refused(newer, 2)
            assert ended(await engine.ended(own))[0] == "succeeded"
        assert (await newer.describe()).status == WorkflowExecutionStatus.RUNNING
        assert engine.calls[newer.id] == []
        monkeypatch.setattr(interpreter.protocol, "INTERPRETER_VERSION", NEWER)
        async with engine.worker():
            assert ended(await engine.ended(newer)) == ("succeeded", {"b": {"from": "b"}})
    assert [one.node_id for one in engine.calls[newer.id]] == ["a", "b"]


EVENT = {"id": "event", "type": "core.wait_for_event@1"}
PAUSE = {"id": "pause", "type": "core.wait@1", "config": {"duration": "1500ms"}}
MAP = {"id": "each", "type": "core.map@1", "config": {"items": [1, 2]}}
SHAPES: dict[str, tuple[dict[str, Any], str]] = {
    "event": ({"nodes": [call("a"), EVENT, call("b")], "edges": [edge("a", "event"), edge("event", "b")]}, "event"),
    "timer": ({"nodes": [call("a"), PAUSE, call("b")], "edges": [edge("a", "pause"), edge("pause", "b")]}, "pause"),
    "map": (
        {"nodes": [MAP, {**PAUSE, "parent": "each"}, call("b", parent="each")], "edges": [edge("pause", "b")]},
        "pause#0",
    ),
}


@pytest.mark.parametrize("shape", list(SHAPES))
async def test_a_newer_worker_finishes_the_older_runs_in_flight_and_repeats_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    definition, waits = SHAPES[shape]
    async with engine.platform_worker():
        async with engine.worker():
            handle = await begun(engine, definition, INTERPRETER_VERSION)
            await engine.until(handle, waits, "waiting")
        monkeypatch.setattr(interpreter.protocol, "INTERPRETER_VERSION", NEWER)
        async with engine.worker():
            if shape == "event":
                await handle.execute_update(ANSWER_UPDATE, Answer("event", "ann", payload=1))
            assert ended(await engine.ended(handle))[0] == "succeeded"
    keys = [one.key for one in engine.calls[handle.id]]
    assert sorted(keys) == (["b#0", "b#1"] if shape == "map" else ["a", "b"])
