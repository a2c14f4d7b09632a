"""A real Temporal server, a worker with the run workflow, and nodes that answer what a test says."""

import asyncio
import os
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import jsonata  # noqa: F401
import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.kit.json_payloads import ProtocolPayloadConverter
from interpreter.definition import Definition
from interpreter.expressions import ExpressionFailure, activity_meter, parse_template
from interpreter.machine.evaluation import failure_json
from interpreter.plan import Plan, compile_plan, pack
from interpreter.protocol import (
    EVALUATE_ACTIVITY,
    INLINE_PLAN_BYTES,
    INTERPRETER_VERSION,
    LOAD_PLAN_ACTIVITY,
    PLATFORM_QUEUE,
    RECORD_ACTIVITY,
    RUN_WORKFLOW,
    WORKER_QUEUE,
    Evaluation,
    EvaluationResult,
    NodeCall,
    NodeResult,
    NodeRow,
    RunEnd,
    RunEvent,
    RunRecord,
    RunStart,
)
from temporal_workers.workflows.run import RunWorkflow
from tests.interpreter.machine.comparing import catalog
from tests.interpreter.machine.reference import SERVICE

UNENCRYPTED = DataConverter(payload_converter_class=ProtocolPayloadConverter)
"""The product's own converter; without its codec, so that golden histories can be read."""
CACHED_WORKFLOWS = int(os.environ.get("HOLDFAST_TEST_MAX_CACHED", "1000"))
"""0 replays every workflow task from its history: the cheapest detector of nondeterminism."""
CONTINUE_AFTER = int(os.environ.get("HOLDFAST_TEST_CONTINUE_AFTER", "0")) or None
"""Forces continue-as-new after so many events of the machine."""


@dataclass
class Recorded:
    """What the record activity was told of one run."""

    nodes: dict[str, tuple[int, NodeRow]] = field(default_factory=dict)
    events: list[RunEvent] = field(default_factory=list)
    end: RunRecord | None = None

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

    async def start(self, definition: dict[str, Any], input: Any = None, run_id: str | None = None) -> WorkflowHandle[Any, RunEnd]:
        plan = compile_plan(Definition.model_validate({"format": 1, "name": "test", **definition}), catalog())
        run_id = run_id or f"ws-{uuid.uuid4().hex}"
        return await self.client.start_workflow(
            RUN_WORKFLOW, self._start(plan, run_id, input), id=run_id, task_queue=self.queue, result_type=RunEnd
        )

    def _start(self, plan: Plan, run_id: str, input: Any) -> RunStart:
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
        )

    async def run(self, definition: dict[str, Any], input: Any = None) -> Recorded:
        """Runs to the end, whatever it is, and gives what was recorded."""
        handle = await self.start(definition, input)
        try:
            await asyncio.wait_for(handle.result(), 60)
        except TimeoutError:
            raise
        except Exception:
            pass
        return self.records[handle.id]

    # activities

    async def node(self, call: NodeCall) -> NodeResult:
        self.calls[call.run_id].append(call)
        config = parse_template(call.config).render(call.scope, activity_meter(0, call.run_id))
        told = self.script.get(call.node_id, {"from": call.node_id})
        if isinstance(told, list):
            told = told[activity.info().attempt - 1]
        if callable(told):
            told = await told(call)
        if isinstance(told, Exception):
            raise told
        return NodeResult(told, config, activity.info().attempt)

    async def evaluate(self, evaluation: Evaluation) -> EvaluationResult:
        try:
            template = parse_template(evaluation.template)
            return EvaluationResult(template.render(evaluation.scope, activity_meter(evaluation.at_ms, evaluation.seed)))
        except ExpressionFailure as failure:
            return EvaluationResult(error=failure_json(failure))

    async def load_plan(self, asked: dict[str, str]) -> str:
        return pack(self.plans[asked["hash"]])

    async def record(self, record: RunRecord) -> None:
        recorded = self.records[record.run_id]
        for place, row in zip(record.order, record.nodes, strict=True):
            recorded.nodes[row["key"]] = (place, row)
        recorded.events += record.events
        if record.ended_at is not None:
            recorded.end = record

    def activities(self) -> list[Any]:
        named = ((SERVICE, self.node), (EVALUATE_ACTIVITY, self.evaluate), (LOAD_PLAN_ACTIVITY, self.load_plan))
        return [activity.defn(name=name)(_function(method)) for name, method in named]

    def worker(self) -> Worker:
        return Worker(
            self.client,
            task_queue=self.queue,
            workflows=[RunWorkflow],
            activities=self.activities(),
            max_cached_workflows=CACHED_WORKFLOWS,
            workflow_runner=SandboxedWorkflowRunner(
                restrictions=SandboxRestrictions.default.with_passthrough_modules("interpreter", "jsonata")
            ),
        )

    def platform_worker(self) -> Worker:
        record = activity.defn(name=RECORD_ACTIVITY)(_function(self.record))
        return Worker(self.client, task_queue=PLATFORM_QUEUE, activities=[record])


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
    shared_engine.continue_after = CONTINUE_AFTER
    return shared_engine

