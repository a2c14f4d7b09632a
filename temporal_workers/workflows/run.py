"""The generic Temporal workflow: a thin pump between Temporal and the machine.

Every handle has one done-callback that appends an event to one inbox; the main loop empties the
inbox in order, feeds the machine and issues its commands. There is no task per node and no wait
over all handles: that is quadratic and loses the order of completion.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

from interpreter.json_value import Json, JsonObject
from interpreter.machine import RunContext, State, advance, restore, rows, snapshot, start
from interpreter.machine.commands import (
    CancelNode,
    CancelTimer,
    Command,
    Continue,
    Evaluate,
    Finish,
    RunNode,
    StartTimer,
)
from interpreter.machine.events import CancelRequested, Continued, Evaluated, Event, NodeSucceeded, TimerFired
from interpreter.plan import Plan, unpack
from interpreter.protocol import (
    EVALUATE_ACTIVITY,
    EVENTS_QUERY,
    LOAD_PLAN_ACTIVITY,
    NODES_QUERY,
    PLATFORM_QUEUE,
    RECORD_ACTIVITY,
    RUN_WORKFLOW,
    Evaluation,
    EvaluationResult,
    NodeCall,
    NodeResult,
    NodeRow,
    RunEnd,
    RunRecord,
    RunStart,
)
from temporal_workers.workflows.answers import evaluation_event, failure_event
from temporal_workers.workflows.continuing import Drain
from temporal_workers.workflows.records import take_records

MAX_IN_FLIGHT = 200
"""Activities of one run at a time: a bound on pending activities and on one workflow task's size."""
BURST_BYTES = 1_500_000
"""Scopes scheduled in one workflow task: Temporal's transaction limit is 4 MB."""
SNAPSHOT_BYTES = 1_500_000
"""A payload may take 2 MB, encryption included."""
_PURE = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10))
"""Without limit: these activities have no effect outside, and the run is nothing without them."""
_TICK = 0.001
"""Only a real round trip ends an activation: a timer of one millisecond."""


@workflow.defn(name=RUN_WORKFLOW)
class RunWorkflow:
    """One run: started by the API, told by Temporal, decided by the machine."""

    @workflow.init
    def __init__(self, begin: RunStart) -> None:
        self._begin = begin
        self._inbox: deque[Event] = deque()
        self._held: deque[RunNode | Evaluate] = deque()
        """Commands that wait for a place in the window, or for the end of a drain."""
        self._handles: dict[str, workflow.ActivityHandle[Any]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._state: State | None = None
        self._finish: Finish | None = None
        self._cancel_requested = False
        self._burst = self._burst_task = 0
        self._drain = Drain(begin.continue_after, self._issue_held)

    @workflow.run
    async def run(self, begin: RunStart) -> RunEnd:
        plan = _readable(await self._plan_text())
        self._state, commands = self._first(plan)
        while True:
            self._issue(commands)
            if self._finish is not None:
                break
            if self._may_continue_as_new() and self._drain.is_over(len(self._handles)):
                await self._continue_as_new()
            await self._until(lambda: bool(self._inbox))
            commands = self._pump()
        await self._record(self._finish)
        return _end(self._finish)

    @workflow.query(name=EVENTS_QUERY)
    def events(self, after: int) -> JsonObject:
        """The events after a sequence number, as far as they are not in the database yet."""
        if self._state is None:
            return {"events": [], "first": 1}
        kept = self._state.events
        first = kept[0]["seq"] if kept else self._state.seq + 1
        return {"events": kept[max(0, after + 1 - first) :], "first": first}

    @workflow.query(name=NODES_QUERY)
    def nodes(self) -> list[NodeRow]:
        """One row per node instance, in the order of the contract."""
        return [] if self._state is None else rows(self._state)

    # the beginning

    async def _plan_text(self) -> str:
        if self._begin.plan is not None:
            return self._begin.plan
        handle = workflow.start_local_activity(
            LOAD_PLAN_ACTIVITY,
            {"hash": self._begin.plan_hash, "workspace_id": self._begin.workspace_id},
            result_type=str,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_PURE,
        )
        await self._until(handle.done)
        return unpack(handle.result())

    def _first(self, plan: Plan) -> tuple[State, list[Command]]:
        begin = self._begin
        if begin.snapshot is not None:
            return restore(plan, begin.snapshot)
        context = RunContext(begin.run_id, begin.version, begin.input, begin.trigger, begin.vars, _now_ms())
        return start(plan, context)

    # the pump

    def _pump(self) -> list[Command]:
        assert self._state is not None
        commands: list[Command] = []
        while self._inbox:
            self._drain.events += 1
            _, more = advance(self._state, self._inbox.popleft())
            commands += more
        return commands

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Waits; a cancel from Temporal becomes an event like every other."""
        while not condition():
            try:
                await workflow.wait_condition(condition)
            except asyncio.CancelledError:
                self._cancel_requested = True
                self._drain.stop()
                self._inbox.append(CancelRequested(_now_ms()))

    def _issue(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, RunNode | Evaluate):
                self._held.append(command)
            elif isinstance(command, CancelNode):
                self._cancel_node(command.key)
            elif isinstance(command, StartTimer):
                self._start_timer(command)
            elif isinstance(command, CancelTimer):
                self._timers.pop(command.timer).cancel()
            elif isinstance(command, Continue):
                self._later(_TICK, lambda: self._inbox.append(Continued(_now_ms())))
            else:
                self._finish = command
        self._issue_held()

    def _issue_held(self) -> None:
        """Issues what waits, as far as the window and the size of one workflow task allow."""
        while self._held and not self._drain.active and len(self._handles) < MAX_IN_FLIGHT:
            if not self._fits_burst(self._held[0].scope):
                self._later(_TICK, self._issue_held)
                return
            command = self._held.popleft()
            if isinstance(command, RunNode):
                self._run_node(command)
            else:
                self._evaluate(command)

    def _fits_burst(self, scope: JsonObject) -> bool:
        """Whether the workflow task under way may carry one more scope."""
        workflow_task = workflow.info().get_current_history_length()
        if workflow_task != self._burst_task:
            self._burst_task, self._burst = workflow_task, 0
        if self._burst >= BURST_BYTES:
            return False
        self._burst += len(json.dumps(scope)) if scope else 0
        return True

    # nodes

    def _run_node(self, command: RunNode) -> None:
        node = command.node
        retry = node.retries[0]
        begin = self._begin
        handle = workflow.start_activity(
            node.type,
            NodeCall(
                run_id=begin.run_id,
                workspace_id=begin.workspace_id,
                node_id=node.id,
                key=command.key,
                type=node.type,
                config=node.config,
                scope=command.scope,
                credential=node.credential,
                grant=begin.grant if node.credential else "",
                jitter=retry.jitter and not node.retry_by_machine,
            ),
            activity_id=command.key,
            summary=node.label,
            result_type=NodeResult,
            start_to_close_timeout=timedelta(milliseconds=node.timeout_ms),
            schedule_to_close_timeout=timedelta(milliseconds=node.total_ms),
            heartbeat_timeout=timedelta(milliseconds=node.heartbeat_ms),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(milliseconds=retry.initial_ms),
                backoff_coefficient=retry.backoff,
                maximum_interval=timedelta(milliseconds=max(retry.max_ms, retry.initial_ms)),
                maximum_attempts=1 if node.retry_by_machine else retry.max_attempts,
                non_retryable_error_types=retry.non_retryable,
            ),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        self._handles[command.key] = handle
        handle.add_done_callback(partial(self._node_done, command))

    def _node_done(self, command: RunNode, handle: "asyncio.Task[NodeResult]") -> None:
        del self._handles[command.key]
        at_ms = _now_ms()
        error = asyncio.CancelledError() if handle.cancelled() else handle.exception()
        if error is None:
            told = handle.result()
            self._inbox.append(NodeSucceeded(at_ms, command.key, told.output, told.input, told.attempts, told.port))
        else:
            self._inbox.append(failure_event(error, command.node, command.key, at_ms))

    def _cancel_node(self, key: str) -> None:
        handle = self._handles.get(key)
        if handle is not None:
            handle.cancel()
            return
        held = next((one for one in self._held if isinstance(one, RunNode) and one.key == key), None)
        if held is not None:
            self._held.remove(held)
        self._inbox.append(failure_event(asyncio.CancelledError(), self._state.by_key[key].node, key, _now_ms()))  # type: ignore[union-attr]

    def _evaluate(self, command: Evaluate) -> None:
        name = f"{command.key or ''}:{command.field}"
        evaluation = Evaluation(command.template, command.scope, _now_ms(), f"{self._begin.run_id}:{name}")
        handle = workflow.start_activity(
            EVALUATE_ACTIVITY,
            evaluation,
            activity_id=name,
            summary=f"evaluate {command.field} of {command.key}" if command.key else "evaluate the run's output",
            result_type=EvaluationResult,
            start_to_close_timeout=timedelta(seconds=30),
            schedule_to_close_timeout=timedelta(days=30),
            retry_policy=_PURE,
        )
        self._handles[name] = handle
        handle.add_done_callback(partial(self._evaluation_done, command, name))

    def _evaluation_done(self, command: Evaluate, name: str, handle: "asyncio.Task[EvaluationResult]") -> None:
        del self._handles[name]
        at_ms = _now_ms()
        error = asyncio.CancelledError() if handle.cancelled() else handle.exception()
        if error is None:
            told = handle.result()
            self._inbox.append(Evaluated(at_ms, command.key, command.field, told.value, told.error))
        else:
            self._inbox.append(evaluation_event(error, command.key, command.field, at_ms))

    # time

    def _start_timer(self, command: StartTimer) -> None:
        delay = max(0, command.at_ms - _now_ms()) / 1000
        self._timers[command.timer] = self._later(max(delay, _TICK), partial(self._timer_fired, command.timer))

    def _timer_fired(self, timer: str) -> None:
        self._timers.pop(timer, None)
        self._inbox.append(TimerFired(_now_ms(), timer))

    def _later(self, seconds: float, act: Callable[[], Any]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, act)

    # the record, and the next execution

    async def _record(self, finish: Finish | None) -> None:
        assert self._state is not None
        for record in take_records(self._state, self._begin.workspace_id, finish):
            await self._write(record)

    async def _write(self, record: RunRecord) -> None:
        handle = workflow.start_activity(
            RECORD_ACTIVITY,
            record,
            task_queue=PLATFORM_QUEUE,
            summary="record",
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=_PURE,
        )
        await self._until(handle.done)
        handle.result()

    def _may_continue_as_new(self) -> bool:
        """Not once an end is decided: a cancel would be lost to the new execution."""
        assert self._state is not None
        return not self._cancel_requested and self._state.decided is None

    async def _continue_as_new(self) -> None:
        assert self._state is not None
        stored: Json = snapshot(self._state)
        if len(json.dumps(stored)) > SNAPSHOT_BYTES:
            # Refused by the server it would stall the run: better a longer history.
            self._drain.postpone()
            return
        await self._record(None)
        # Only answers could have changed the state meanwhile, and none are under way; a cancel or a
        # timer waits in the inbox, and with one the run stays here.
        if self._inbox or self._cancel_requested:
            self._drain.postpone()
            return
        begin = self._begin
        workflow.continue_as_new(
            RunStart(
                interpreter=begin.interpreter,
                run_id=begin.run_id,
                workspace_id=begin.workspace_id,
                workflow_id=begin.workflow_id,
                version=begin.version,
                plan=begin.plan,
                plan_hash=begin.plan_hash,
                input=None,
                trigger={},
                grant=begin.grant,
                snapshot=stored,
                continue_after=begin.continue_after,
            )
        )


def _readable(text: str) -> Plan:
    try:
        return Plan.of(text)
    except (KeyError, TypeError, ValueError) as error:
        raise ApplicationError(f"the plan can't be read: {error!r}", type="PlanUnreadable", non_retryable=True) from error


def _now_ms() -> int:
    return workflow.time_ns() // 1_000_000


def _end(finish: Finish) -> RunEnd:
    """Ends map to Temporal's own: Completed, Failed, Cancelled; a timed-out run is Failed (`RunTimeout`)."""
    if finish.status == "succeeded":
        return RunEnd(finish.status)
    if finish.status == "cancelled":
        raise asyncio.CancelledError
    error = finish.error or {"name": "InternalError", "message": "the run failed"}
    raise ApplicationError(error["message"], type=error["name"], non_retryable=True)
