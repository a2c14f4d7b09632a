"""Runs that a run starts: child runs through the API's door, and the batches of its large maps.

None of them is waited for by a handle: each tells its end by a signal, which also reaches a later
execution of this run.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from interpreter.json_value import JsonObject
from interpreter.machine.commands import CancelChild, Finish, PauseBatch, StartBatch, StartChild
from interpreter.machine.events import ChildEnded, ChildStarted, Event
from interpreter.protocol import (
    CANCEL_CHILD_ACTIVITY,
    CHILD_ENDED_SIGNAL,
    DRAIN_SIGNAL,
    PAUSE_SIGNAL,
    PLATFORM_QUEUE,
    RUN_WORKFLOW,
    START_CHILD_ACTIVITY,
    ChildEnd,
    ChildStart,
    ErrorValue,
    RunStart,
)
from temporal_workers.workflows.clock import now_ms
from temporal_workers.workflows.outbox import PURE


class Children:
    """Starts and cancels child runs and batches."""

    def __init__(self, begin: RunStart, tell: Callable[[Event], None]) -> None:
        self._begin = begin
        self._tell = tell
        self._pauses: dict[str, PauseBatch] = {}
        """For batches that are being started, which could not hear it yet."""
        self._under_way: dict[str, Any] = {}
        """Starts and cancels that are not through yet: a run must not end or continue as new before."""

    @property
    def under_way(self) -> int:
        return len(self._under_way)

    def start(self, command: StartChild) -> None:
        begin, request = self._begin, command.request
        call = ChildStart(
            run_id=begin.run_id,
            workspace_id=begin.workspace_id,
            key=command.key,
            workflow=request["workflow"],
            version=request["version"],
            input=request["input"],
            wait=request["wait"],
            depth=begin.depth + 1,
            dry_run=begin.dry_run,
        )
        handle = workflow.start_activity(
            START_CHILD_ACTIVITY,
            call,
            task_queue=PLATFORM_QUEUE,
            activity_id=f"start:{command.key}",
            summary=f"start the run of {command.key}",
            result_type=dict[str, str],
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=PURE,
        )
        self._keep(f"start:{command.key}", handle, partial(self._started, command.key))

    def _started(self, key: str, handle: "asyncio.Task[dict[str, str]]") -> None:
        error = None if handle.cancelled() else handle.exception()
        if error is not None:
            self._tell(ChildEnded(now_ms(), key, "", "failed", None, _refusal(error, key)))
        elif not handle.cancelled():
            self._tell(ChildStarted(now_ms(), key, handle.result()["run_id"]))

    def start_batch(self, command: StartBatch) -> None:
        info = workflow.info()
        begin = replace(
            self._begin,
            batch=command.batch,
            snapshot=None,
            caller={"run_id": info.workflow_id, "key": command.key},
        )
        starting = asyncio.ensure_future(
            workflow.start_child_workflow(
                RUN_WORKFLOW,
                begin,
                id=command.child_id,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                static_summary=f"items from {command.batch.first} of {command.key}",
            )
        )
        self._keep(command.child_id, starting, partial(self._batch_started, command))

    def _batch_started(self, command: StartBatch, handle: "asyncio.Task[Any]") -> None:
        if handle.cancelled() or handle.exception() is not None:
            self._tell(ChildEnded(now_ms(), command.key, command.child_id, "failed"))
            return
        pause = self._pauses.pop(command.child_id, None)
        if pause is not None:
            self.pause(pause)
        # Its end comes by signal; this only notices one that was ended from outside.
        handle.result().add_done_callback(partial(self._batch_gone, command))

    def _batch_gone(self, command: StartBatch, handle: "asyncio.Task[Any]") -> None:
        if handle.cancelled() or handle.exception() is not None:
            self._tell(ChildEnded(now_ms(), command.key, command.child_id, "failed"))

    def pause(self, command: PauseBatch) -> None:
        """Passes a pause, or its end, on to a batch."""
        if command.child_id in self._under_way:
            self._pauses[command.child_id] = command
            return
        name = f"pause:{workflow.uuid4()}"
        self._keep(name, asyncio.ensure_future(_pause_batch(command)), lambda _: None)

    def cancel(self, command: CancelChild) -> None:
        name = f"cancel:{command.child_id}"
        if name in self._under_way:
            return
        if command.is_batch:
            self._keep(name, asyncio.ensure_future(_tell_batch(command)), lambda _: None)
            return
        handle = workflow.start_activity(
            CANCEL_CHILD_ACTIVITY,
            {"run_id": command.child_id, "workspace_id": self._begin.workspace_id},
            task_queue=PLATFORM_QUEUE,
            summary=f"cancel the run of {command.key}",
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=PURE,
        )
        self._keep(name, handle, lambda _: None)

    def _keep(self, name: str, handle: "asyncio.Future[Any]", then: Callable[[Any], None]) -> None:
        self._under_way[name] = handle

        def done(ended: "asyncio.Future[Any]") -> None:
            del self._under_way[name]
            then(ended)

        handle.add_done_callback(done)


async def _tell_batch(command: CancelChild) -> None:
    batch: workflow.ExternalWorkflowHandle[Any] = workflow.get_external_workflow_handle(command.child_id)
    # Refused, it has ended, and its own signal says how.
    with suppress(ApplicationError):
        if command.draining:
            await batch.signal(DRAIN_SIGNAL)
        else:
            await batch.cancel()


async def _pause_batch(command: PauseBatch) -> None:
    batch: workflow.ExternalWorkflowHandle[Any] = workflow.get_external_workflow_handle(command.child_id)
    # Refused, it has ended.
    with suppress(ApplicationError):
        await batch.signal(PAUSE_SIGNAL, args=[command.paused, command.by])


async def tell_caller(begin: RunStart, finish: Finish) -> None:
    """A batch tells its end to the run that it belongs to."""
    assert begin.caller is not None
    caller: workflow.ExternalWorkflowHandle[Any] = workflow.get_external_workflow_handle(str(begin.caller["run_id"]))
    end = ChildEnd(str(begin.caller["key"]), workflow.info().workflow_id, finish.status, finish.output, finish.error)
    # Refused, the run has ended, and nobody wants to know.
    with suppress(ApplicationError):
        await caller.signal(CHILD_ENDED_SIGNAL, end)


def _refusal(error: BaseException, key: str) -> ErrorValue:
    cause = error.cause if isinstance(error, ActivityError) else error
    told: JsonObject = {}
    if isinstance(cause, ApplicationError):
        told = cause.details[0] if cause.details and isinstance(cause.details[0], dict) else {}
        name, message = cause.type or "InternalError", cause.message
    else:
        name, message = "InternalError", f"the run could not be started: {cause}"
    refused: ErrorValue = {
        "name": name, "message": message, "node_id": key.partition("#")[0], "key": key, "attempts": 1, "retryable": False,
    }  # fmt: skip
    if told.get("hint"):
        refused["hint"] = told["hint"]
    if told.get("details") is not None:
        refused["details"] = told["details"]
    return refused
