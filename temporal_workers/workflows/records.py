"""What the machine noted since the last checkpoint, cut into records that fit one payload."""

import json
from collections.abc import Iterator

from interpreter.machine import State, row
from interpreter.machine.commands import Finish
from interpreter.machine.journal import place_of
from interpreter.machine.state import iso
from interpreter.protocol import NodeRow, RunEvent, RunRecord, RunStatus

_RECORD_BYTES = 700_000
"""Well below the 2 MB of a payload: a row may hold an output of 1 MiB by itself."""
_RECORD_EVENTS = 2_000


def take_records(state: State, workspace_id: str, finish: Finish | None) -> list[RunRecord]:
    """The records of all changes so far, in order; the last one carries the end, if there is one.

    Afterwards the state counts as recorded.
    """
    pieces = list(_pieces(state))
    records = [_record(state, workspace_id, rows, order, events, None) for rows, order, events in pieces[:-1]]
    rows, order, events = pieces[-1]
    records.append(_record(state, workspace_id, rows, order, events, finish))
    state.changed.clear()
    state.events.clear()
    return records


def _pieces(state: State) -> Iterator[tuple[list[NodeRow], list[int], list[RunEvent]]]:
    events = list(state.events)
    rows: list[NodeRow] = []
    order: list[int] = []
    size = 0
    for index in state.changed:
        instance = state.instances[index]
        shown = row(instance)
        size += len(json.dumps(shown))
        if rows and size > _RECORD_BYTES:
            yield rows, order, []
            rows, order, size = [], [], 0
        rows.append(shown)
        order.append(place_of(instance))
    while len(events) > _RECORD_EVENTS:
        yield rows, order, events[:_RECORD_EVENTS]
        rows, order, events = [], [], events[_RECORD_EVENTS:]
    yield rows, order, events


def _record(
    state: State, workspace_id: str, rows: list[NodeRow], order: list[int], events: list[RunEvent], finish: Finish | None
) -> RunRecord:
    status: RunStatus = "running" if finish is None else finish.status
    return RunRecord(
        run_id=state.context.run_id,
        workspace_id=workspace_id,
        status=status,
        started_at=iso(state.context.started_ms),
        ended_at=None if finish is None else iso(state.now_ms),
        output=None if finish is None else finish.output,
        error=None if finish is None else finish.error,
        nodes=rows,
        order=order,
        events=events,
    )
