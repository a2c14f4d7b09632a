"""Runs: the row that is written before anything exists in Temporal, and what becomes of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import read, written
from api.store.run_options import RunOptions
from api.store.tables import Run, StoredPlan
from api.store.upserts import insert_into, table_of
from interpreter.json_value import Json, JsonObject
from interpreter.protocol import RUN_ENDS, ErrorValue, RunStatus

_RUNS = table_of(Run)

@dataclass(frozen=True, slots=True)
class Caller:
    """The run, and the instance in it, that started a run as its child."""

    run_id: str
    key: str
    waits: bool
    """It is to be told of the child's end."""
    execution: str | None = None
    """The Temporal workflow that waits, where it is not the run's own: a batch of a large map."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """What is known of a run when it is accepted."""

    id: str
    workspace_id: str
    workflow_id: str
    workflow_name: str
    version: int | None
    plan_hash: str
    input: Json
    trigger: JsonObject
    created_at: datetime
    idempotency_key: str | None = None
    request_hash: str | None = None
    options: RunOptions = field(default_factory=RunOptions)
    caller: Caller | None = None
    depth: int = 0
    error_workflow: str | None = None
    parent_run_id: str | None = None
    """The run that this one repeats."""
    admitted: bool = True
    """It may begin at once."""
    slot: str | None = None
    slot_limit: int | None = None
    priority: int = 0
    business_key: str | None = None
    searchable: tuple[str, ...] = ()
    """Paths into its output whose values the search finds."""


@dataclass(frozen=True, slots=True)
class InsertedRun:
    run_id: str
    created: bool
    conflict: bool
    """The key was used before, with another request."""
    admitted: bool = True
    """It may begin."""
    superseded: tuple[str, ...] = ()
    """Runs that are to stop for it."""


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A run that an instance has started before."""

    id: str
    status: RunStatus
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as people see it."""

    id: str
    workspace_id: str
    workflow_id: str
    workflow_name: str
    version: int | None
    status: RunStatus
    input: Json
    output: Json
    error: ErrorValue | None
    trigger: JsonObject
    parent_run_id: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    options: RunOptions
    caller: Caller | None
    response: JsonObject | None
    """What it has answered its caller by `core.respond`."""
    attention: str | None
    stalled_reason: str | None
    plan_hash: str
    error_workflow: str | None
    depth: int
    admitted: bool
    business_key: str | None


@dataclass(frozen=True, slots=True)
class StartPayload:
    """What the run workflow is started with."""

    run_id: str
    workspace_id: str
    workflow_id: str
    version: int | None
    plan_text: str
    plan_hash: str
    input: Json
    trigger: JsonObject
    options: RunOptions = field(default_factory=RunOptions)
    caller: Caller | None = None
    depth: int = 0


async def insert(connection: AsyncConnection, run: NewRun) -> InsertedRun:
    """Accepts a run, or finds the one that the same idempotency key began."""
    values = {
        "id": run.id,
        "workspace_id": run.workspace_id,
        "workflow_id": run.workflow_id,
        "workflow_name": run.workflow_name,
        "version": run.version,
        "plan_hash": run.plan_hash,
        "status": "queued",
        "input": written(run.input),
        "output": "null",
        "error": "null",
        "trigger": written(run.trigger),
        "trigger_kind": run.trigger["kind"],
        "idempotency_key": run.idempotency_key,
        "request_hash": run.request_hash,
        "cancel_requested": False,
        "options": written(run.options.to_json()),
        "caller_run_id": run.caller.run_id if run.caller else None,
        "caller_key": run.caller.key if run.caller else None,
        "caller_waits": run.caller is not None and run.caller.waits,
        "caller_execution": run.caller.execution if run.caller else None,
        "depth": run.depth,
        "error_workflow": run.error_workflow,
        "parent_run_id": run.parent_run_id,
        "admitted": run.admitted,
        "slot": run.slot,
        "slot_limit": run.slot_limit,
        "priority": run.priority,
        "business_key": run.business_key,
        "searchable": written(list(run.searchable)) if run.searchable else None,
        "created_at": run.created_at,
    }
    statement = insert_into(connection, Run).values(values).on_conflict_do_nothing().returning(_RUNS.c.id)
    if (await connection.execute(statement)).scalar_one_or_none() is not None:
        return InsertedRun(run.id, created=True, conflict=False)
    same = (
        _RUNS.c.workspace_id == run.workspace_id,
        _RUNS.c.workflow_id == run.workflow_id,
        _RUNS.c.idempotency_key == run.idempotency_key,
    )
    first = (await connection.execute(select(_RUNS.c.id, _RUNS.c.request_hash).where(*same))).one()
    return InsertedRun(first.id, created=False, conflict=first.request_hash != run.request_hash)


async def get(connection: AsyncConnection, workspace_id: str, run_id: str) -> RunRow | None:
    found = await connection.execute(select(_RUNS).where(_RUNS.c.id == run_id, _RUNS.c.workspace_id == workspace_id))
    row = found.one_or_none()
    return None if row is None else run_of(row)


async def last_child(connection: AsyncConnection, workspace_id: str, run_id: str, key: str) -> ChildRow | None:
    """The run that an instance of a run has started last."""
    mine = (_RUNS.c.workspace_id == workspace_id, _RUNS.c.caller_run_id == run_id, _RUNS.c.caller_key == key)
    columns = (_RUNS.c.id, _RUNS.c.status, _RUNS.c.idempotency_key)
    newest = select(*columns).where(*mine).order_by(_RUNS.c.created_at.desc(), _RUNS.c.id.desc()).limit(1)
    row = (await connection.execute(newest)).one_or_none()
    return None if row is None else ChildRow(row.id, row.status, row.idempotency_key)


async def mark_started(connection: AsyncConnection, run_id: str, at: datetime) -> None:
    """The Temporal workflow exists."""
    queued = (_RUNS.c.id == run_id, _RUNS.c.status == "queued", _RUNS.c.admitted)
    await connection.execute(update(_RUNS).where(*queued).values(status="running", started_at=at))


async def request_cancel(connection: AsyncConnection, workspace_id: str, run_id: str) -> bool:
    """Remembers that cancel was asked for, also of a run that Temporal does not know yet; whether it was before."""
    mine = (_RUNS.c.id == run_id, _RUNS.c.workspace_id == workspace_id)
    first = update(_RUNS).where(*mine, _RUNS.c.cancel_requested.is_(False)).values(cancel_requested=True)
    return (await connection.execute(first)).rowcount == 0


async def note_attention(connection: AsyncConnection, workspace_id: str, run_id: str, attention: str | None) -> None:
    """Shows at once what the next record will say."""
    open_still = (_RUNS.c.id == run_id, _RUNS.c.workspace_id == workspace_id, _RUNS.c.status.not_in(RUN_ENDS))
    await connection.execute(update(_RUNS).where(*open_still).values(attention=attention))


async def note_stall(connection: AsyncConnection, run_id: str, reason: str | None) -> None:
    """Says that an open run stands still, and why, or that it goes on."""
    open_still = (_RUNS.c.id == run_id, _RUNS.c.status.not_in(RUN_ENDS))
    await connection.execute(update(_RUNS).where(*open_still).values(stalled_reason=reason))


async def not_started(connection: AsyncConnection, older_than: datetime, limit: int) -> list[RunRow]:
    """What a crash, or Temporal's absence, left behind: the oldest first."""
    left = (_RUNS.c.status == "queued", _RUNS.c.admitted, _RUNS.c.created_at < older_than)
    return [run_of(row) for row in await connection.execute(select(_RUNS).where(*left).order_by(_RUNS.c.created_at).limit(limit))]


async def open_runs(connection: AsyncConnection, older_than: datetime, limit: int, after: str = "") -> list[RunRow]:
    """Runs that have begun and not ended, by id from behind `after`."""
    still = (_RUNS.c.status.in_(("running", "waiting")), _RUNS.c.started_at < older_than, _RUNS.c.id > after)
    return [run_of(row) for row in await connection.execute(select(_RUNS).where(*still).order_by(_RUNS.c.id).limit(limit))]


async def told_to_cancel(connection: AsyncConnection, limit: int) -> list[str]:
    """Open runs that are to stop, whether they have been told or not."""
    wanted = (_RUNS.c.status.in_(("running", "waiting")), _RUNS.c.cancel_requested)
    return list((await connection.execute(select(_RUNS.c.id).where(*wanted).limit(limit))).scalars())


async def cancel_is_requested(connection: AsyncConnection, run_id: str) -> bool:
    found = await connection.execute(select(_RUNS.c.cancel_requested).where(_RUNS.c.id == run_id))
    return bool(found.scalar_one_or_none())


async def start_payload(connection: AsyncConnection, run_id: str) -> StartPayload | None:
    plans = table_of(StoredPlan)
    same_plan = and_(plans.c.hash == _RUNS.c.plan_hash, plans.c.workspace_id == _RUNS.c.workspace_id)
    row = (await connection.execute(select(_RUNS, plans.c.text).join(plans, same_plan).where(_RUNS.c.id == run_id))).one_or_none()
    if row is None:
        return None
    return StartPayload(
        run_id=run_id,
        workspace_id=row.workspace_id,
        workflow_id=row.workflow_id,
        version=row.version,
        plan_text=row.text,
        plan_hash=row.plan_hash,
        input=read(row.input),
        trigger=read(row.trigger),
        options=RunOptions.of(read(row.options)),
        caller=_caller(row),
        depth=row.depth,
    )


def _caller(row: Row[Any]) -> Caller | None:
    if row.caller_run_id is None:
        return None
    return Caller(row.caller_run_id, row.caller_key, row.caller_waits, row.caller_execution)


def run_of(row: Row[Any]) -> RunRow:
    return RunRow(
        id=row.id,
        workspace_id=row.workspace_id,
        workflow_id=row.workflow_id,
        workflow_name=row.workflow_name,
        version=row.version,
        status=row.status,
        input=read(row.input),
        output=read(row.output),
        error=read(row.error),
        trigger=read(row.trigger),
        parent_run_id=row.parent_run_id,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        options=RunOptions.of(read(row.options)),
        caller=_caller(row),
        response=read(row.response),
        attention=row.attention,
        stalled_reason=row.stalled_reason,
        plan_hash=row.plan_hash,
        error_workflow=row.error_workflow,
        depth=row.depth,
        admitted=row.admitted,
        business_key=row.business_key,
    )
