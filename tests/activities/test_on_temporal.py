"""Nodes on a real Temporal server: the example, pauses, attempts, cancel; all payloads encrypted."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonata  # noqa: F401
import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

import activities.core
from activities.core.fake import FakeService
from activities.discovery import load_node_types
from activities.kit.connection import connect
from activities.kit.context import NodeContext
from activities.kit.errors import ServerError
from activities.kit.keys import KeyRing
from activities.kit.node import Implementation
from activities.registration import Services, load_activities
from interpreter.catalog import Catalog
from interpreter.definition import Definition
from interpreter.json_value import Json
from interpreter.machine.constructs import control_node_types
from interpreter.plan import compile_plan
from interpreter.protocol import (
    INTERPRETER_VERSION,
    PLATFORM_QUEUE,
    RECORD_ACTIVITY,
    RUN_WORKFLOW,
    NodeCall,
    NodeResult,
    RunEnd,
    RunRecord,
    RunStart,
)
from temporal_workers.settings import WorkerSettings
from temporal_workers.worker import run_worker
from tests.activities.kit.running import AnyConfig, node_type, running

pytestmark = pytest.mark.engine


@workflow.defn(name="test.one_node", sandboxed=False)
class OneNode:
    """The least that calls a node."""

    @workflow.run
    async def run(self, call: NodeCall) -> Json:
        result: NodeResult = await workflow.execute_activity(
            call.type,
            call,
            activity_id=call.key,
            result_type=NodeResult,
            start_to_close_timeout=timedelta(seconds=60),
            heartbeat_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_attempts=3),
        )
        return [result.output, result.attempts]


@asynccontextmanager
async def worker(address: str, home: Path) -> AsyncIterator[tuple[Client, str, dict[str, Json]]]:
    """A worker as the product has it, its queue, and the outputs of the runs that ended."""
    outputs: dict[str, Json] = {}

    @activity.defn(name=RECORD_ACTIVITY)
    async def record(record: RunRecord) -> None:
        outputs[record.run_id] = record.output

    settings = WorkerSettings(home=home, temporal_address=address, egress_allow_text="127.0.0.0/8")  # type: ignore[call-arg]
    client = await connect(settings, KeyRing.from_settings(settings))
    queue = f"nodes-{uuid.uuid4().hex[:8]}"
    async with (
        Services.open(settings) as services,
        run_worker(client, settings, load_activities(services), queue),
        Worker(client, task_queue=PLATFORM_QUEUE, activities=[record]),
    ):
        yield client, queue, outputs


async def start(client: Client, queue: str, definition: dict[str, Any], input: Json) -> WorkflowHandle[Any, RunEnd]:
    catalog = Catalog((*control_node_types(), *load_node_types()))
    plan = compile_plan(Definition.model_validate({"format": 1, "name": "x", **definition}), catalog)
    run_id = f"ws-{uuid.uuid4().hex}"
    trigger = {"kind": "api", "name": None, "at": "2026-11-23T00:00:00.000Z", "payload": None}
    begin = RunStart(INTERPRETER_VERSION, run_id, "ws", "wf_test", 1, plan.text, plan.hash, input, trigger)
    return await client.start_workflow(RUN_WORKFLOW, begin, id=run_id, task_queue=queue, result_type=RunEnd)


def one(config: dict[str, Any], **node: Any) -> dict[str, Any]:
    return {"nodes": [{"id": "n", "type": "core.http_request@1", "config": config, **node}]}


async def test_the_example_of_the_core_nodes_runs_against_the_fake(
    temporal_address: str, tmp_path: Path, service: FakeService, url: str
) -> None:
    example = json.loads((Path(activities.core.__file__).parent / "example.json").read_text())
    async with worker(temporal_address, tmp_path) as (client, queue, outputs):
        handle = await start(client, queue, example, {"service": url})
        ended = await asyncio.wait_for(handle.result(), 30)
        history = (await handle.fetch_history()).to_json()
    assert ended.status == "succeeded" and outputs[handle.id] == {"told": 25}
    assert [request.path for request in service.requests] == ["/items", "/items", "/items", "/echo"]
    assert url not in history, "payloads are readable in Temporal"


async def test_f11_a_pause_that_the_service_asks_for_is_kept(temporal_address: str, tmp_path: Path, service: FakeService, url: str) -> None:
    async with worker(temporal_address, tmp_path) as (client, queue, _):
        begun = time.monotonic()
        config = {"url": f"{url}/status/429?key={uuid.uuid4()}&times=1&retry_after=3"}
        ended = await asyncio.wait_for((await start(client, queue, one(config), None)).result(), 30)
    assert ended.status == "succeeded" and len(service.requests) == 2
    assert 3 <= time.monotonic() - begun < 6


async def test_f12_a_final_error_has_one_attempt(temporal_address: str, tmp_path: Path, service: FakeService, url: str) -> None:
    async with worker(temporal_address, tmp_path) as (client, queue, _):
        handle = await start(client, queue, one({"url": f"{url}/status/403"}), None)
        with pytest.raises(WorkflowFailureError) as failed:
            await asyncio.wait_for(handle.result(), 10)
    assert isinstance(failed.value.cause, ApplicationError) and failed.value.cause.type == "AccessDenied"
    assert len(service.requests) == 1


async def test_f17_a_cancel_reaches_a_call_in_flight(temporal_address: str, tmp_path: Path, service: FakeService, url: str) -> None:
    async with worker(temporal_address, tmp_path) as (client, queue, _):
        handle = await start(client, queue, one({"url": f"{url}/slow?seconds=60"}), None)
        while not service.requests:
            await asyncio.sleep(0.05)
        begun = time.monotonic()
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await asyncio.wait_for(handle.result(), 15)
    assert time.monotonic() - begun < 15


async def test_the_list_of_attempts_survives_between_attempts(temporal_address: str, tmp_path: Path) -> None:
    seen: list[Any] = []

    async def twice(config: AnyConfig, ctx: NodeContext) -> Json:
        seen.append(list(activity.info().heartbeat_details))
        if ctx.attempt < 3:
            raise ServerError("not yet")
        return "done"

    settings = WorkerSettings(home=tmp_path, temporal_address=temporal_address)  # type: ignore[call-arg]
    client = await connect(settings, KeyRing.from_settings(settings))
    queue = f"nodes-{uuid.uuid4().hex[:8]}"
    async with running(tmp_path) as run:
        function = run.runner.activity_of(Implementation("test.node@1", twice), node_type())
        async with Worker(client, task_queue=queue, workflows=[OneNode], activities=[function]):
            call = NodeCall("ws-1", "ws", "n", "n", "test.node@1", {}, {})
            result = await client.execute_workflow("test.one_node", call, id=f"ws-{uuid.uuid4().hex}", task_queue=queue)
    assert result == ["done", 3]
    told = [[one["error"]["name"] for one in details[0]] if details else [] for details in seen]
    assert told == [[], ["ServerError"], ["ServerError", "ServerError"]]


