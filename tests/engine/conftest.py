"""A real Temporal server, a worker with the run workflow, and nodes that answer what a test says."""

import asyncio
import contextlib
import json
import os
import tempfile
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jsonata  # noqa: F401
import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.kit.evaluate import evaluate_activity
from activities.kit.json_payloads import ProtocolPayloadConverter
from activities.kit.keys import KEY_BYTES, KeyRing
from activities.kit.large_values import LargeValues, Owner
from activities.kit.object_stores import FolderStore
from activities.kit.payload_storage import PayloadStorage
from interpreter.definition import Definition
from interpreter.expressions import activity_meter, parse_template
from interpreter.plan import Plan, compile_plan, pack
from interpreter.protocol import (
    CANCEL_CHILD_ACTIVITY,
    CHILD_ENDED_SIGNAL,
    INLINE_PLAN_BYTES,
    INTERPRETER_VERSION,
    LOAD_PLAN_ACTIVITY,
    NODES_QUERY,
    PLATFORM_QUEUE,
    RECORD_ACTIVITY,
    RUN_WORKFLOW,
    START_CHILD_ACTIVITY,
    WORKER_QUEUE,
    ChildEnd,
    ChildStart,
    NodeCall,
    NodeResult,
    NodeRow,
    RunEnd,
    RunEvent,
    RunRecord,
    RunStart,
)
from temporal_workers.workflows.run import RunWorkflow
from tests.interpreter.machine.driving import catalog
from tests.interpreter.machine.reference import SERVICE

UNENCRYPTED = DataConverter(payload_converter_class=ProtocolPayloadConverter)
"""The product's own converter; without its codec, so that golden histories can be read."""
CACHED_WORKFLOWS = int(os.environ.get("HOLDFAST_TEST_MAX_CACHED", "1000"))
"""0 replays every workflow task from its history: the cheapest detector of nondeterminism."""
CONTINUE_AFTER = int(os.environ.get("HOLDFAST_TEST_CONTINUE_AFTER", "0")) or None
"""Forces continue-as-new after so many events of the machine."""


_STORAGE = PayloadStorage(FolderStore(Path(tempfile.mkdtemp(prefix="holdfast-engine-"))))
_RING = KeyRing({"tests": b"t" * KEY_BYTES})


@dataclass
class Recorded:
    """What the record activity was told of one run."""

    nodes: dict[str, tuple[int, NodeRow]] = field(default_factory=dict)
    events: list[RunEvent] = field(default_factory=list)
    end: RunRecord | None = None
    last_status: str = ""

    def rows(self) -> list[NodeRow]:
        return [row for _, row in sorted(self.nodes.values(), key=lambda placed: placed[0])]

    def statuses(self) -> dict[str, str]:
        return {row["node_id"]: row["status"] for row in self.rows()}


@dataclass
class Engine:
    """Starts runs and answers for their nodes."""

    client: Client
    queue: str
    calls: dict[str, list[NodeCall]] = field(default_factory=lambda: defaultdict(list))
    records: dict[str, Recorded] = field(default_factory=lambda: defaultdict(Recorded))
    script: dict[str, Any] = field(default_factory=dict)
    """Per node id what its activity does: a value, a list (one per attempt), an exception, or an async function."""
    plans: dict[str, str] = field(default_factory=dict)
    continue_after: int | None = CONTINUE_AFTER
    max_cached: int = CACHED_WORKFLOWS
    values: LargeValues = field(default_factory=lambda: LargeValues(_STORAGE, _RING, 128 * 1024 * 1024))
    workflows: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What child runs may be started of, by name."""
    children: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The ids of the child runs that a run has started."""

    async def start(
        self, definition: dict[str, Any], input: Any = None, run_id: str | None = None, **more: Any
    ) -> WorkflowHandle[Any, RunEnd]:
        plan = compile_plan(Definition.model_validate({"format": 1, "name": "test", **definition}), catalog())
        run_id = run_id or f"ws-{uuid.uuid4().hex}"
        begin = self._start(plan, run_id, input, more)
        return await self.client.start_workflow(
            RUN_WORKFLOW, begin, id=run_id, task_queue=self.queue, result_type=RunEnd
        )

    def _start(self, plan: Plan, run_id: str, input: Any, more: dict[str, Any]) -> RunStart:
        inline = len(plan.text) <= INLINE_PLAN_BYTES
        if not inline:
            self.plans[plan.hash] = plan.text
        return RunStart(
            interpreter=INTERPRETER_VERSION,
            run_id=run_id,
            workspace_id="ws",
            workflow_id="wf_test",
            version=1,
            plan=plan.text if inline else None,
            plan_hash=plan.hash,
            input=input,
            trigger={"kind": "api", "name": None, "at": "2026-01-01T00:00:00.000Z", "payload": None},
            continue_after=self.continue_after,
            **more,
        )

    async def run(self, definition: dict[str, Any], input: Any = None, **more: Any) -> Recorded:
        """Runs to the end, whatever it is, and gives what was recorded."""
        return await self.ended(await self.start(definition, input, **more))

    async def ended(self, handle: WorkflowHandle[Any, RunEnd], seconds: float = 60) -> Recorded:
        """Waits for the end of a run, whatever it is, and gives what was recorded."""
        try:
            await asyncio.wait_for(handle.result(), seconds)
        except TimeoutError:
            raise
        except Exception:
            pass
        return self.records[handle.id]

    async def until(self, handle: WorkflowHandle[Any, RunEnd], key: str, status: str) -> None:
        """Waits until an instance has a status, in the live view or in the record."""
        deadline = asyncio.get_running_loop().time() + 30
        while True:
            rows = {row["key"]: row["status"] for row in self.records[handle.id].rows()}
            rows |= {row["key"]: row["status"] for row in await handle.query(NODES_QUERY)}
            if rows.get(key) == status:
                return
            assert asyncio.get_running_loop().time() < deadline, rows
            await asyncio.sleep(0.05)

    # activities

    async def node(self, call: NodeCall) -> NodeResult:
        owner = Owner(call.workspace_id, call.run_id)
        call = replace(call, scope=await self.values.here(owner, call.scope))
        self.calls[call.run_id].append(call)
        config = parse_template(call.config).render(call.scope, activity_meter(0, call.run_id))
        told = self.script.get(call.key, self.script.get(call.node_id, {"from": call.node_id}))
        if isinstance(told, list):
            told = told[activity.info().attempt - 1]
        if callable(told):
            told = await told(call)
        if isinstance(told, Exception):
            raise told
        output = await self.values.kept(owner, told, json.dumps(told), call.inline_bytes, call.extracts)
        return NodeResult(output, config, activity.info().attempt)

    async def load_plan(self, asked: dict[str, str]) -> str:
        return pack(self.plans[asked["hash"]])

    async def record(self, record: RunRecord) -> None:
        recorded = self.records[record.run_id]
        for place, row in zip(record.order, record.nodes, strict=True):
            recorded.nodes[row["key"]] = (place, row)
        recorded.events += record.events
        recorded.last_status = record.status
        if record.ended_at is not None:
            recorded.end = record
            if record.caller is not None:
                end = ChildEnd(record.caller["key"], record.run_id, record.status, record.output, record.error)
                caller = self.client.get_workflow_handle(record.caller["run_id"])
                with contextlib.suppress(RPCError):
                    await caller.signal(CHILD_ENDED_SIGNAL, end)

    async def start_child(self, start: ChildStart) -> dict[str, str]:
        if start.workflow not in self.workflows:
            raise ApplicationError(f"there is no workflow {start.workflow}", type="UnknownWorkflow", non_retryable=True)
        child_id = f"{start.run_id}-{start.key}".replace("#", "-")
        caller = {"run_id": start.run_id, "key": start.key} if start.wait else None
        await self.start(self.workflows[start.workflow], start.input, child_id, caller=caller, depth=start.depth)
        self.children[start.run_id].append(child_id)
        return {"run_id": child_id}

    async def cancel_child(self, told: dict[str, str]) -> None:
        await self.client.get_workflow_handle(told["run_id"]).cancel()

    def activities(self) -> list[Any]:
        named = ((SERVICE, self.node), (LOAD_PLAN_ACTIVITY, self.load_plan))
        return [evaluate_activity(self.values), *(activity.defn(name=name)(_function(method)) for name, method in named)]

    def worker(self) -> Worker:
        return Worker(
            self.client,
            task_queue=self.queue,
            workflows=[RunWorkflow],
            activities=self.activities(),
            max_cached_workflows=self.max_cached,
            workflow_runner=SandboxedWorkflowRunner(
                restrictions=SandboxRestrictions.default.with_passthrough_modules("interpreter", "jsonata")
            ),
        )

    def platform_worker(self) -> Worker:
        named = (
            (RECORD_ACTIVITY, self.record),
            (START_CHILD_ACTIVITY, self.start_child),
            (CANCEL_CHILD_ACTIVITY, self.cancel_child),
        )
        activities = [activity.defn(name=name)(_function(method)) for name, method in named]
        return Worker(self.client, task_queue=PLATFORM_QUEUE, activities=activities)


def _function(method: Any) -> Any:
    """A bound method as a function that can be marked as an activity."""

    async def call(argument):  # type: ignore[no-untyped-def]
        return await method(argument)

    call.__annotations__ = {
        "argument": method.__annotations__[next(iter(method.__annotations__))],
        "return": method.__annotations__["return"],
    }
    return call


def failing(name: str, message: str = "it failed", retryable: bool = False, **told: Any) -> ApplicationError:
    """The failure that the kit would raise."""
    detail = {"attempts": activity.info().attempt if activity.in_activity() else 1, "retryable": retryable, **told}
    return ApplicationError(message, detail, type=name, non_retryable=not retryable)


@pytest.fixture(scope="session")
async def engine_client(temporal_address: str) -> Client:
    # The identity stands in every golden history: no name of a machine in it.
    return await Client.connect(temporal_address, identity="tests", data_converter=UNENCRYPTED)


# Not for longer than its module: other tests on this server have a platform queue of their own.
@pytest.fixture(scope="module")
async def shared_engine(engine_client: Client) -> AsyncIterator[Engine]:
    engine = Engine(engine_client, f"{WORKER_QUEUE}-{uuid.uuid4().hex[:8]}")
    async with engine.worker(), engine.platform_worker():
        yield engine


@pytest.fixture
def engine(shared_engine: Engine) -> Engine:
    shared_engine.script.clear()
    shared_engine.workflows.clear()
    shared_engine.continue_after = CONTINUE_AFTER
    return shared_engine

