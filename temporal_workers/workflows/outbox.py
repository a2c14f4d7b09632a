"""The activities of a run: issued within a window, each told back to the machine as one event."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

from interpreter.json_value import Json, JsonObject
from interpreter.machine.commands import Evaluate, RunNode
from interpreter.machine.events import Evaluated, Event, NodeSucceeded
from interpreter.plan import PlannedNode
from interpreter.protocol import (
    DRY_RUN_QUEUE,
    EVALUATE_ACTIVITY,
    Evaluation,
    EvaluationResult,
    NodeCall,
    NodeResult,
    RunStart,
)
from temporal_workers.workflows.answers import evaluation_event, failure_event
from temporal_workers.workflows.clock import TICK, later, now_ms

MAX_IN_FLIGHT = 200
"""Activities of one run at a time: a bound on pending activities and on one workflow task's size."""
BURST_BYTES = 1_500_000
"""Scopes scheduled in one workflow task: Temporal's transaction limit is 4 MB."""
PURE = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10))
"""Without limit: these activities have no effect outside, and the run is nothing without them."""


class Outbox:
    """Issues node activities and evaluations, as far as the window and a drain allow."""

    def __init__(self, begin: RunStart, tell: Callable[[Event], None]) -> None:
        self._begin = begin
        self._tell = tell
        self._held: deque[RunNode | Evaluate] = deque()
        """Commands that wait for a place in the window, or for the end of a drain."""
        self._handles: dict[str, workflow.ActivityHandle[Any]] = {}
        self._nodes: dict[str, PlannedNode] = {}
        """Of the calls that are held or in flight."""
        self._burst = self._burst_task = 0
        self.is_fast = not begin.dry_run
        """In express mode: nodes still run inside of the workflow task. A failure or a wait ends that for good."""
        self.closed: Callable[[], bool] = lambda: False
        """Whether nothing new may be issued for now."""

    @property
    def in_flight(self) -> int:
        return len(self._handles)

    def put(self, command: RunNode | Evaluate) -> None:
        if isinstance(command, RunNode):
            self._nodes[command.key] = command.node
        self._held.append(command)

    def issue(self) -> None:
        """Issues what waits, as far as the window and the size of one workflow task allow."""
        while self._held and not self.closed() and len(self._handles) < MAX_IN_FLIGHT:
            if not self._fits_burst(self._held[0].scope):
                later(TICK, self.issue)
                return
            command = self._held.popleft()
            if isinstance(command, RunNode):
                self._run_node(command)
            else:
                self._evaluate(command)

    def cancel(self, key: str) -> None:
        """Tells a node's activity to stop; one that was not issued yet ends at once."""
        handle = self._handles.get(key)
        if handle is not None:
            handle.cancel()
            return
        node = self._nodes.pop(key, None)
        if node is None:
            return  # its answer is on the way to the machine
        self._held = deque(one for one in self._held if not (isinstance(one, RunNode) and one.key == key))
        self._tell(failure_event(asyncio.CancelledError(), node, key, now_ms()))

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
        fast = command.node.fast and self.is_fast
        handle = self._start_local(command) if fast else self._start(command)
        self._handles[command.key] = handle
        handle.add_done_callback(partial(self._node_done, command))

    def _start(self, command: RunNode) -> workflow.ActivityHandle[NodeResult]:
        node = command.node
        return workflow.start_activity(
            node.type,
            self._call(command),
            task_queue=DRY_RUN_QUEUE if self._begin.dry_run else None,
            activity_id=command.key,
            summary=node.label,
            result_type=NodeResult,
            start_to_close_timeout=timedelta(milliseconds=node.timeout_ms),
            schedule_to_close_timeout=timedelta(milliseconds=node.total_ms),
            heartbeat_timeout=timedelta(milliseconds=node.heartbeat_ms),
            retry_policy=_retry_policy(node),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )

    def _start_local(self, command: RunNode) -> workflow.ActivityHandle[NodeResult]:
        node = command.node
        return workflow.start_local_activity(
            node.type,
            self._call(command),
            activity_id=command.key,
            summary=node.label,
            result_type=NodeResult,
            start_to_close_timeout=timedelta(milliseconds=node.timeout_ms),
            schedule_to_close_timeout=timedelta(milliseconds=node.total_ms),
            retry_policy=_retry_policy(node),
            # Longer pauses are timers, so that the workflow task ends meanwhile.
            local_retry_threshold=timedelta(seconds=1),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )

    def _call(self, command: RunNode) -> NodeCall:
        begin, node = self._begin, command.node
        return NodeCall(
            run_id=begin.run_id,
            workspace_id=begin.workspace_id,
            node_id=node.id,
            key=command.key,
            type=node.type,
            config=node.config,
            scope=command.scope,
            credential=node.credential,
            grant=begin.grant if node.credential else "",
            jitter=node.retries[0].jitter and not node.retry_by_machine,
            inline_bytes=command.inline_bytes,
            extracts=node.extracts,
            mock=_mock(begin.mocks, command),
            earlier_attempts=command.attempt - 1,
            cache_ms=0 if begin.dry_run else node.cache_ms,
        )

    def _node_done(self, command: RunNode, handle: "asyncio.Task[NodeResult]") -> None:
        del self._handles[command.key]
        del self._nodes[command.key]
        at_ms = now_ms()
        error = asyncio.CancelledError() if handle.cancelled() else handle.exception()
        if error is None:
            told = handle.result()
            logs = tuple(told.logs)
            output, given, attempts = told.output, told.input, told.attempts
            self._tell(NodeSucceeded(at_ms, command.key, output, given, attempts, told.port, logs, told.cached_at, tuple(told.tried)))
        else:
            self.is_fast = False
            self._tell(failure_event(error, command.node, command.key, at_ms))

    # expressions

    def _evaluate(self, command: Evaluate) -> None:
        name = f"{command.key or ''}:{command.field}"
        evaluation = Evaluation(
            command.template,
            command.scope,
            now_ms(),
            f"{self._begin.run_id}:{name}",
            command.kind,
            command.type,
            self._begin.run_id,
            self._begin.workspace_id,
            command.inline_bytes,
            [list(path) for path in command.extracts],
        )
        handle = workflow.start_activity(
            EVALUATE_ACTIVITY,
            evaluation,
            activity_id=name,
            summary=f"evaluate {command.field} of {command.key}" if command.key else "evaluate the run's output",
            result_type=EvaluationResult,
            start_to_close_timeout=timedelta(seconds=30),
            schedule_to_close_timeout=timedelta(days=30),
            retry_policy=PURE,
        )
        self._handles[name] = handle
        handle.add_done_callback(partial(self._evaluation_done, command, name))

    def _evaluation_done(self, command: Evaluate, name: str, handle: "asyncio.Task[EvaluationResult]") -> None:
        del self._handles[name]
        at_ms = now_ms()
        error = asyncio.CancelledError() if handle.cancelled() else handle.exception()
        if error is None:
            told = handle.result()
            self._tell(Evaluated(at_ms, command.key, command.field, told.value, told.error))
        else:
            self._tell(evaluation_event(error, command.key, command.field, at_ms))


def _retry_policy(node: PlannedNode) -> RetryPolicy:
    retry = node.retries[0]
    return RetryPolicy(
        initial_interval=timedelta(milliseconds=retry.initial_ms),
        backoff_coefficient=retry.backoff,
        maximum_interval=timedelta(milliseconds=max(retry.max_ms, retry.initial_ms)),
        maximum_attempts=1 if node.retry_by_machine else retry.max_attempts,
        non_retryable_error_types=retry.non_retryable,
    )


def _mock(mocks: JsonObject, command: RunNode) -> Json:
    """The mock of this instance, else that of its node."""
    return mocks.get(command.key, mocks.get(command.node.id))
