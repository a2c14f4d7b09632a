"""Which runs may begin: decided in the database, in the transaction that writes the row, before Temporal hears of it.

A run holds its slot from its admission to its end. Whoever decides holds one lock, so that two API processes never
admit one too many; on SQLite the only writer has it anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store import runs, search
from api.store.follow_ups import is_due
from api.store.json_text import written
from api.store.runs import InsertedRun, NewRun
from api.store.tables import Run, RunEventRow
from api.store.upserts import insert_into, table_of
from interpreter.json_value import Json
from interpreter.protocol import RUN_ENDS, ErrorValue, RunEvent

_RUNS = table_of(Run)
_LOCK = 7_311_005
QueuedFor = Literal["workflow_limit", "key_limit", "cap"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a run that enters is subject to."""

    slot: str | None
    limit: int
    policy: str
    by_key: bool
    is_full: bool
    """The cap on all runs in flight is reached."""


async def lock(connection: AsyncConnection) -> None:
    """Until the transaction ends nobody else admits."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


async def enter(connection: AsyncConnection, run: NewRun, entry: Entry) -> InsertedRun:
    """Writes the row of a run that has to be admitted, and admits it, lets it wait, or ends it."""
    await lock(connection)
    inserted = await runs.insert(connection, replace(run, admitted=False, slot=entry.slot, slot_limit=entry.limit))
    if not inserted.created:
        return inserted
    holders = await _of_slot(connection, entry.slot, admitted=True) if entry.slot else []
    queued = await _of_slot(connection, entry.slot, admitted=False) if entry.slot else []
    waiting = [one.id for one in queued if one.id != run.id]
    limited = entry.slot is not None and (len(holders) >= entry.limit or bool(waiting))
    if not limited and not entry.is_full:
        await admit_one(connection, run.id)
        return inserted
    if not limited:
        return await _queue(connection, inserted, "cap")
    if entry.policy == "skip":
        return await _skip(connection, inserted, run, entry)
    if entry.policy == "coalesce" and waiting:
        return await _coalesce(connection, run, waiting[0])
    if entry.policy == "cancel_older":
        superseded = await _supersede(connection, run, [one.id for one in holders], waiting, entry.limit)
        inserted = replace(inserted, superseded=superseded)
    return await _queue(connection, inserted, "key_limit" if entry.by_key else "workflow_limit")


async def admit_one(connection: AsyncConnection, run_id: str) -> None:
    await connection.execute(update(_RUNS).where(_RUNS.c.id == run_id).values(admitted=True, queued_for=None))


async def end_waiting(connection: AsyncConnection, run_id: str, at: datetime, error: ErrorValue | None) -> bool:
    """Ends a run as cancelled that has not been admitted; False when it has been, or has ended."""
    waits = (_RUNS.c.id == run_id, _RUNS.c.admitted.is_(False), _RUNS.c.status == "queued")
    told = {
        "status": "cancelled",
        "admitted": True,
        "ended_at": at,
        "error": written(error),
        "queued_for": None,
        "follow_up_due": is_due("cancelled"),
    }
    if (await connection.execute(update(_RUNS).where(*waits).values(told))).rowcount == 0:
        return False
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    end: RunEvent = {"seq": 1, "at": moment, "run_id": run_id, "event": "end", "status": "cancelled"}
    values = {"run_id": run_id, "seq": 1, "event": written(end)}
    await connection.execute(insert_into(connection, RunEventRow).on_conflict_do_nothing(), [values])
    named = (_RUNS.c.workspace_id, _RUNS.c.workflow_name, _RUNS.c.business_key)
    row = (await connection.execute(select(*named).where(_RUNS.c.id == run_id))).one()
    texts = [row.workflow_name, row.business_key or "", f"{error['name']} {error['message']}" if error else ""]
    await search.index(connection, row.workspace_id, run_id, search.words_of(texts))
    return True


async def position(connection: AsyncConnection, run_id: str) -> tuple[QueuedFor, int] | None:
    """What a run waits for, and how many wait for the same before it; None when it does not wait."""
    mine = select(_RUNS.c.queued_for, _RUNS.c.slot, _RUNS.c.workspace_id, _RUNS.c.created_at).where(
        _RUNS.c.id == run_id, _RUNS.c.admitted.is_(False)
    )
    row = (await connection.execute(mine)).one_or_none()
    if row is None or row.queued_for is None:
        return None
    same = _RUNS.c.slot == row.slot if row.slot is not None else _RUNS.c.workspace_id == row.workspace_id
    before = select(func.count()).where(_RUNS.c.admitted.is_(False), same, _RUNS.c.created_at < row.created_at)
    return row.queued_for, int((await connection.execute(before)).scalar_one())


async def in_flight(connection: AsyncConnection) -> int:
    """Runs that are admitted and have not ended."""
    counted = select(func.count()).where(_RUNS.c.admitted, _RUNS.c.status.not_in(RUN_ENDS))
    return int((await connection.execute(counted)).scalar_one())


async def _of_slot(connection: AsyncConnection, slot: str | None, admitted: bool) -> Sequence[Row[Any]]:
    mine = (_RUNS.c.slot == slot, _RUNS.c.ended_at.is_(None), _RUNS.c.admitted.is_(admitted))
    found = await connection.execute(select(_RUNS.c.id).where(*mine).order_by(_RUNS.c.created_at, _RUNS.c.id))
    return found.all()


async def _queue(connection: AsyncConnection, inserted: InsertedRun, reason: QueuedFor) -> InsertedRun:
    await connection.execute(update(_RUNS).where(_RUNS.c.id == inserted.run_id).values(queued_for=reason))
    return replace(inserted, admitted=False)


async def _skip(connection: AsyncConnection, inserted: InsertedRun, run: NewRun, entry: Entry) -> InsertedRun:
    going_on = "1 run goes on" if entry.limit == 1 else f"{entry.limit} runs go on"
    error = _error("Skipped", f"{going_on} already, as many as may: this one was skipped")
    await end_waiting(connection, inserted.run_id, run.created_at, error)
    return replace(inserted, admitted=False)


async def _coalesce(connection: AsyncConnection, run: NewRun, waiting: str) -> InsertedRun:
    """The run that waits already stands for this one too, with the newer input."""
    await connection.execute(delete(_RUNS).where(_RUNS.c.id == run.id))
    told: dict[str, Json] = {"input": written(run.input), "trigger": written(run.trigger)}
    await connection.execute(update(_RUNS).where(_RUNS.c.id == waiting).values(told))
    return InsertedRun(waiting, created=False, conflict=False, admitted=False)


async def _supersede(
    connection: AsyncConnection, run: NewRun, holders: list[str], waiting: list[str], limit: int
) -> tuple[str, ...]:
    """Ends what waits, and asks as many of the oldest that go on to stop as the new one needs; gives their ids."""
    error = _error("Superseded", f"the run {run.id} took its place")
    for one in waiting:
        await end_waiting(connection, one, run.created_at, error)
    told = tuple(holders[: max(0, len(holders) - limit + 1)])
    if told:
        await connection.execute(update(_RUNS).where(_RUNS.c.id.in_(told)).values(cancel_requested=True))
    return told


def _error(name: str, message: str) -> ErrorValue:
    return {"name": name, "message": message, "node_id": None, "key": None, "attempts": 1, "retryable": False}
