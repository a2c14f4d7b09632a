"""Ends of runs that somebody else has to hear of: noted in the transaction of the end, so that a crash loses none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import read
from api.store.notification_rules import NotificationRule, rules_of
from api.store.run_options import RunOptions
from api.store.tables import Run, Workspace
from api.store.upserts import table_of
from interpreter.json_value import Json
from interpreter.protocol import ErrorValue, RunStatus

_RUNS, _WORKSPACES = table_of(Run), table_of(Workspace)
_FAILED: tuple[RunStatus, ...] = ("failed", "timed_out")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """An ended run of which its caller, or an error workflow, is to hear."""

    run_id: str
    workspace_id: str
    workflow_id: str
    workflow_name: str
    version: int | None
    status: RunStatus
    output: Json
    error: ErrorValue | None
    started_at: datetime | None
    ended_at: datetime
    waiting_caller: tuple[str, str] | None
    """The Temporal workflow to be told, and its instance key."""
    error_workflows: tuple[str, ...]
    """Ids or names, the first that can be started counts; empty when its end is no reason."""
    rules: tuple[NotificationRule, ...] = ()
    """Those of the workspace that tell of such an end."""
    fingerprint: str | None = None
    caller_run_id: str | None = None
    """The run that the waiting execution belongs to."""


def is_due(status: RunStatus) -> ColumnElement[bool]:
    """The value of `follow_up_due` for a run that ends so."""
    if status not in _FAILED:
        return _RUNS.c.caller_waits == true()
    of_workspace = exists().where(_WORKSPACES.c.id == _RUNS.c.workspace_id, _WORKSPACES.c.settings != "{}")
    return or_(_RUNS.c.caller_waits, _RUNS.c.error_workflow.is_not(None), of_workspace)


async def due(
    connection: AsyncConnection,
    limit: int,
    run_id: str | None = None,
    before: datetime | None = None,
    after: tuple[datetime, str] | None = None,
) -> list[FollowUp]:
    """What is due, the oldest first; of one run, or of all that ended before a time, from behind an end."""
    joined = select(_RUNS, _WORKSPACES.c.settings).join(_WORKSPACES, _WORKSPACES.c.id == _RUNS.c.workspace_id)
    wanted = joined.where(_RUNS.c.follow_up_due)
    if run_id is not None:
        wanted = wanted.where(_RUNS.c.id == run_id)
    if before is not None:
        wanted = wanted.where(_RUNS.c.ended_at < before)
    if after is not None:
        at, last = after
        wanted = wanted.where(or_(_RUNS.c.ended_at > at, and_(_RUNS.c.ended_at == at, _RUNS.c.id > last)))
    found = await connection.execute(wanted.order_by(_RUNS.c.ended_at, _RUNS.c.id).limit(limit))
    return [_follow_up(row) for row in found]


async def done(connection: AsyncConnection, run_id: str) -> None:
    """Everybody has heard of it."""
    await connection.execute(update(_RUNS).where(_RUNS.c.id == run_id).values(follow_up_due=False))


async def due_again(connection: AsyncConnection, run_id: str) -> None:
    """Whoever waits for its end has not listened yet when it was told."""
    waited = (_RUNS.c.id == run_id, _RUNS.c.caller_waits, _RUNS.c.ended_at.is_not(None))
    await connection.execute(update(_RUNS).where(*waited).values(follow_up_due=True))


def _follow_up(row: Row[Any]) -> FollowUp:
    return FollowUp(
        run_id=row.id,
        workspace_id=row.workspace_id,
        workflow_id=row.workflow_id,
        workflow_name=row.workflow_name,
        version=row.version,
        status=row.status,
        output=read(row.output),
        error=read(row.error),
        started_at=row.started_at,
        ended_at=row.ended_at,
        waiting_caller=(row.caller_execution or row.caller_run_id, row.caller_key) if row.caller_waits else None,
        error_workflows=_error_workflows(row),
        rules=tuple(one for one in rules_of(read(row.settings)) if one.concerns(row.workflow_id, row.status)) if _is_told(row) else (),
        fingerprint=row.fingerprint,
        caller_run_id=row.caller_run_id,
    )


def _is_told(row: Row[Any]) -> bool:
    options = RunOptions.of(read(row.options))
    return row.status in _FAILED and not options.quiet and not options.dry_run


def _error_workflows(row: Row[Any]) -> tuple[str, ...]:
    if not _is_told(row):
        return ()
    named = (row.error_workflow, read(row.settings).get("error_workflow"))
    return tuple(dict.fromkeys(name for name in named if name))
