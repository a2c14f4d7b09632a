"""The list of runs, by any filter.

Filters are held against one index that has all of them in it, beside the order of the list; only the rows of the
page are then read as a whole, since those are long.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store import search
from api.store.runs import RunRow, run_of
from api.store.tables import Run
from api.store.upserts import table_of
from interpreter.protocol import RUN_ENDS

_RUNS = table_of(Run)
TRIAL = "test"
"""The kind of trigger of a node test: listed only when it is asked for."""
_ID = re.compile(r"[0-9a-z]{3,}-?[0-9a-z-]*")


@dataclass(frozen=True, slots=True)
class RunFilter:
    """What a list of runs is narrowed by; None: by nothing."""

    workflow_id: str | None = None
    status: tuple[str, ...] = ()
    """One of them."""
    trigger: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    version: int | None = None
    """0: of the draft."""
    least_ms: int | None = None
    most_ms: int | None = None
    """How long it took, from start to end."""
    business_key: str | None = None
    parent_run_id: str | None = None
    fingerprint: str | None = None


async def list_runs(
    connection: AsyncConnection, workspace_id: str, wanted: RunFilter, before: tuple[datetime, str] | None, limit: int
) -> list[RunRow]:
    """The newest first, from behind a place in the list."""
    conditions = conditions_of(connection, workspace_id, wanted)
    if before is not None:
        at, run_id = before
        conditions.append(or_(_RUNS.c.created_at < at, and_(_RUNS.c.created_at == at, _RUNS.c.id < run_id)))
    newest = (_RUNS.c.created_at.desc(), _RUNS.c.id.desc())
    ids = list((await connection.execute(select(_RUNS.c.id).where(*conditions).order_by(*newest).limit(limit))).scalars())
    rows = await connection.execute(select(_RUNS).where(_RUNS.c.id.in_(ids)).order_by(*newest))
    return [run_of(row) for row in rows]


async def count_runs(connection: AsyncConnection, workspace_id: str, wanted: RunFilter, most: int) -> int:
    """How many there are, counted up to a bound."""
    some = select(_RUNS.c.id).where(*conditions_of(connection, workspace_id, wanted)).limit(most).subquery()
    return int((await connection.execute(select(func.count()).select_from(some))).scalar_one())


def conditions_of(connection: AsyncConnection, workspace_id: str, wanted: RunFilter) -> list[ColumnElement[bool]]:
    """What a row must be to be in the list."""
    conditions: list[ColumnElement[bool]] = [_RUNS.c.workspace_id == workspace_id]
    exact = (
        (_RUNS.c.workflow_id, wanted.workflow_id),
        (_RUNS.c.trigger_kind, wanted.trigger),
        (_RUNS.c.business_key, wanted.business_key),
        (_RUNS.c.parent_run_id, wanted.parent_run_id),
        (_RUNS.c.fingerprint, wanted.fingerprint),
    )
    conditions += [column == value for column, value in exact if value is not None]
    if wanted.status:
        conditions.append(_RUNS.c.status.in_(wanted.status))
    if wanted.trigger is None:
        conditions.append(_RUNS.c.trigger_kind != TRIAL)
    if wanted.version is not None:
        conditions.append(_RUNS.c.version.is_(None) if wanted.version == 0 else _RUNS.c.version == wanted.version)
    bounds = (
        (wanted.since, _RUNS.c.created_at.__ge__),
        (wanted.until, _RUNS.c.created_at.__lt__),
        (wanted.least_ms, _RUNS.c.duration_ms.__ge__),
        (wanted.most_ms, _RUNS.c.duration_ms.__le__),
    )
    conditions += [compare(value) for value, compare in bounds if value is not None]
    if wanted.text:
        conditions.append(_says(connection, workspace_id, wanted.text))
    return conditions


def _says(connection: AsyncConnection, workspace_id: str, asked: str) -> ColumnElement[bool]:
    """In its words, once it has ended; by its names as long as it goes on; by its id, or a part of it, at any time."""
    looked_for = asked.strip().lower()
    names = (_RUNS.c.workflow_name, _RUNS.c.business_key)
    open_still = _RUNS.c.status.not_in(RUN_ENDS)
    ways = [and_(open_still, or_(*(func.lower(name).contains(looked_for, autoescape=True) for name in names)))]
    if _ID.fullmatch(looked_for):
        ways.append(_RUNS.c.id.contains(looked_for, autoescape=True))
    words = search.found(connection, workspace_id, asked)
    if words is not None:
        ways.append(words)
    return or_(*ways)
