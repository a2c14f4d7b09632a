"""Records the golden histories: run by `make histories`, only with a new interpreter version.

A history is kept under the interpreter version that made it and is never made anew for that version.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowHandle

from interpreter.protocol import ANSWER_UPDATE, INTERPRETER_VERSION, Answer
from tests.engine.conftest import Engine, failing
from tests.replay.shape import Shape
from tests.replay.shapes import SHAPES

HISTORIES = Path(__file__).parent / "histories"


async def record(engine: Engine, name: str) -> None:
    """Runs one shape and keeps the history of each of its executions."""
    shape = SHAPES[name]
    engine.script.clear()
    engine.script.update({node_id: _behaviour(told) for node_id, told in shape.script.items()})
    engine.continue_after = shape.continue_after
    engine.workflows.update(shape.workflows)
    handle = await engine.start(shape.definition(), shape.input)
    if shape.cancel_at is not None:
        await _cancel_once_running(engine, handle, shape)
    for answer in shape.answers:
        await engine.until(handle, answer["key"], "waiting")
        await handle.execute_update(ANSWER_UPDATE, Answer(**{"by": "someone", **answer}))
    await asyncio.gather(handle.result(), return_exceptions=True)
    folder = HISTORIES / f"v{INTERPRETER_VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    await _keep(engine.client, handle, folder, name)
    for key, count in shape.batches.items():
        for number in range(count):
            batch = engine.client.get_workflow_handle(f"{handle.id}:{key}:{number}")
            await _keep(engine.client, batch, folder, f"{name}.batch{number}")


async def _keep(client: Client, handle: WorkflowHandle[Any, Any], folder: Path, name: str) -> None:
    for number, history in enumerate(await _executions(client, handle)):
        kept = json.dumps(without_stacks(json.loads(history.to_json())), indent=1)
        (folder / f"{name}.{number}.json").write_text(kept + "\n")


def without_stacks(value: Any) -> Any:
    """A history without stack traces: they name the machine that recorded it, and no replay reads them."""
    if isinstance(value, dict):
        return {name: without_stacks(one) for name, one in value.items() if name != "stackTrace"}
    return [without_stacks(one) for one in value] if isinstance(value, list) else value


def _behaviour(told: Any) -> Any:
    if told == "hangs":
        return _hang
    if told == "slow":
        return _answer_slowly
    if not isinstance(told, dict) or "fails" not in told:
        return told

    async def fail(_: Any) -> Any:
        fail.calls += 1  # type: ignore[attr-defined]
        if fail.calls <= told.get("times", 1):  # type: ignore[attr-defined]
            raise failing(told["fails"], retryable="times" in told)
        return {"n": fail.calls}  # type: ignore[attr-defined]

    fail.calls = 0  # type: ignore[attr-defined]
    return fail


async def _hang(_: Any) -> None:
    for _second in range(600):
        activity.heartbeat()
        await asyncio.sleep(0.1)


async def _answer_slowly(_: Any) -> str:
    await asyncio.sleep(0.5)
    return "slow"


async def _cancel_once_running(engine: Engine, handle: WorkflowHandle[Any, Any], shape: Shape) -> None:
    while not any(call.node_id == shape.cancel_at for call in engine.calls[handle.id]):
        await asyncio.sleep(0.05)
    await handle.cancel()


async def _executions(client: Client, handle: WorkflowHandle[Any, Any]) -> list[Any]:
    histories = []
    run_id = handle.first_execution_run_id or (await handle.describe()).run_id
    while run_id:
        history = await client.get_workflow_handle(handle.id, run_id=run_id).fetch_history()
        histories.append(history)
        last = history.events[-1]
        run_id = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id or None
    return histories


@pytest.mark.parametrize("name", SHAPES)
async def test_record_the_history_of_a_shape(engine: Engine, name: str) -> None:
    await record(engine, name)
