"""What the machine noted since the last checkpoint, cut into records that fit one payload, and written in order."""

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from temporalio import workflow

from interpreter.json_value import JsonObject
from interpreter.machine import State, whole_row
from interpreter.machine.commands import Finish
from interpreter.machine.journal import place_of
from interpreter.machine.state import iso
from interpreter.protocol import (
    PLATFORM_QUEUE,
    RECORD_ACTIVITY,
    NodeRow,
    RunEvent,
    RunRecord,
    RunStart,
    RunStatus,
)
from temporal_workers.workflows.outbox import PURE

_RECORD_BYTES = 700_000
"""Well below the 2 MB of a payload: a row may hold an output of 1 MiB by itself."""
_RECORD_ROWS = 500
"""Rows in one record: writing them down must not hold up a workflow task."""
_RECORD_EVENTS = 1_000
BACKLOG = 5_000
"""Changes that wait for the record, above which the machine is given no new budget."""


class Recorder:
    """Writes records one after the other, beside the run; at its end the run waits for the last one."""

    def __init__(self, begin: RunStart) -> None:
        self._begin = begin
        self._waiting: deque[RunRecord] = deque()
        self._handle: workflow.ActivityHandle[Any] | None = None

    @property
    def in_flight(self) -> bool:
        return self._handle is not None

    def take(self, state: State, finish: Finish | None = None) -> None:
        """Takes over everything that is not recorded yet."""
        state.checkpoint_asked = False
        if finish is None and not (state.changed or state.events):
            return
        self._waiting.extend(take_records(state, self._begin, finish))
        self._write_next()

    def _write_next(self) -> None:
        if self._handle is not None or not self._waiting:
            return
        self._handle = workflow.start_activity(
            RECORD_ACTIVITY,
            self._waiting.popleft(),
            task_queue=PLATFORM_QUEUE,
            summary="record",
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=PURE,
        )
        self._handle.add_done_callback(self._written)

    def _written(self, handle: "asyncio.Task[Any]") -> None:
        self._handle = None
        handle.result()
        self._write_next()


def take_records(state: State, begin: RunStart, finish: Finish | None) -> list[RunRecord]:
    """The records of all changes so far, in order; the last one carries the end, if there is one.

    Afterwards the state counts as recorded.
    """
    pieces = list(_pieces(state))
    common = _common(state, begin)
    records = [_record(common, state, piece, None) for piece in pieces[:-1]]
    records.append(_record(common, state, pieces[-1], finish))
    for instance in state.changed.values():
        if instance.ended:
            instance.tried.clear()
    state.changed.clear()
    state.events.clear()
    return records


_Piece = tuple[list[NodeRow], list[int], list[RunEvent]]


def _pieces(state: State) -> Iterator[_Piece]:
    # The events of a batch would need numbers of the run's own sequence: its rows alone are recorded.
    events = [] if state.batch is not None else list(state.events)
    rows: list[NodeRow] = []
    order: list[int] = []
    size = 0
    for instance in state.changed.values():
        shown = whole_row(instance)
        size += len(json.dumps(shown))
        if rows and (size > _RECORD_BYTES or len(rows) >= _RECORD_ROWS):
            yield rows, order, []
            rows, order, size = [], [], 0
        rows.append(shown)
        order.append(place_of(instance))
    while len(events) > _RECORD_EVENTS:
        yield rows, order, events[:_RECORD_EVENTS]
        rows, order, events = [], [], events[_RECORD_EVENTS:]
    yield rows, order, events


def _common(state: State, begin: RunStart) -> JsonObject:
    return {
        "run_id": state.context.run_id,
        "workspace_id": begin.workspace_id,
        "started_at": iso(state.context.started_ms),
        "response": state.response,
        "attention": "paused" if state.paused else None,
        "batch": state.batch is not None,
        "caller": begin.caller,
    }


def _record(common: JsonObject, state: State, piece: _Piece, finish: Finish | None) -> RunRecord:
    rows, order, events = piece
    status: RunStatus = state.recorded_status if finish is None else finish.status
    ended = finish is not None and state.batch is None
    return RunRecord(
        **common,
        status=status,
        ended_at=iso(state.now_ms) if ended else None,
        output=finish.output if finish is not None and ended else None,
        error=finish.error if finish is not None and ended else None,
        nodes=rows,
        order=order,
        events=events,
    )
