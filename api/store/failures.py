"""Failed runs, grouped by what makes failures the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import BigInteger, and_, case, cast, delete, extract, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import read
from api.store.tables import FailureDecision, Run
from api.store.upserts import insert_into, table_of
from interpreter.protocol import ErrorValue

_RUNS, _DECISIONS = table_of(Run), table_of(FailureDecision)
State = Literal["open", "came_back", "resolved", "ignored"]
_STATE = case(
    (_DECISIONS.c.state == "ignored", "ignored"),
    (and_(_DECISIONS.c.state == "resolved", func.max(_RUNS.c.ended_at) > _DECISIONS.c.decided_at), "came_back"),
    (_DECISIONS.c.state == "resolved", "resolved"),
    else_="open",
)


@dataclass(frozen=True, slots=True)
class FailureGroup:
    fingerprint: str
    count: int
    first_seen: datetime
    last_seen: datetime
    state: State
    by: str | None
    """Who decided on it."""
    run_id: str
    """The last run that failed so."""
    workflow_id: str
    workflow_name: str
    error: ErrorValue | None


DAYS = 14
_DAY_SECONDS = 86_400


async def by_day(connection: AsyncConnection, workspace_id: str, fingerprints: list[str], now: datetime) -> dict[str, list[int]]:
    """How many runs failed so on each of the last 14 days in UTC, the oldest first."""
    today = int(now.timestamp()) // _DAY_SECONDS
    day = cast(extract("epoch", _RUNS.c.ended_at), BigInteger) // _DAY_SECONDS
    recent = (_RUNS.c.workspace_id == workspace_id, _RUNS.c.fingerprint.in_(fingerprints), _RUNS.c.ended_at > now - timedelta(days=DAYS))
    found: dict[str, list[int]] = {one: [0] * DAYS for one in fingerprints}
    counted = select(_RUNS.c.fingerprint, day.label("day"), func.count().label("runs")).where(*recent).group_by("fingerprint", "day")
    for row in await connection.execute(counted):
        if 0 <= (place := DAYS - 1 - (today - int(row.day))) < DAYS:
            found[row.fingerprint][place] += row.runs
    return found


async def groups(
    connection: AsyncConnection,
    workspace_id: str,
    workflow_id: str | None,
    states: tuple[State, ...],
    before: tuple[datetime, str] | None,
    limit: int,
    fingerprint: str | None = None,
) -> list[FailureGroup]:
    """The one that was seen last first, from behind a place in the list."""
    same = and_(_DECISIONS.c.workspace_id == _RUNS.c.workspace_id, _DECISIONS.c.fingerprint == _RUNS.c.fingerprint)
    conditions = [_RUNS.c.workspace_id == workspace_id, _RUNS.c.fingerprint.is_not(None)]
    if workflow_id is not None:
        conditions.append(_RUNS.c.workflow_id == workflow_id)
    if fingerprint is not None:
        conditions.append(_RUNS.c.fingerprint == fingerprint)
    last = func.max(_RUNS.c.ended_at)
    grouped = (
        select(
            _RUNS.c.fingerprint, func.count().label("runs"), func.min(_RUNS.c.ended_at).label("first"), last.label("last"),
            _STATE.label("state"), _DECISIONS.c.by,
        )
        .join_from(_RUNS, _DECISIONS, same, isouter=True)
        .where(*conditions)
        .group_by(_RUNS.c.fingerprint, _DECISIONS.c.state, _DECISIONS.c.by, _DECISIONS.c.decided_at)
    )  # fmt: skip
    if states:
        grouped = grouped.having(_STATE.in_(states))
    if before is not None:
        at, seen = before
        grouped = grouped.having(or_(last < at, and_(last == at, _RUNS.c.fingerprint < seen)))
    rows = (await connection.execute(grouped.order_by(last.desc(), _RUNS.c.fingerprint.desc()).limit(limit))).all()
    return [await _group(connection, workspace_id, row) for row in rows]


async def decide(
    connection: AsyncConnection, workspace_id: str, fingerprint: str, state: str | None, by: str, at: datetime
) -> None:
    """Resolved, ignored, or (None) open again."""
    mine = (_DECISIONS.c.workspace_id == workspace_id, _DECISIONS.c.fingerprint == fingerprint)
    await connection.execute(delete(_DECISIONS).where(*mine))
    if state is not None:
        told = {"workspace_id": workspace_id, "fingerprint": fingerprint, "state": state, "by": by, "decided_at": at}
        await connection.execute(insert_into(connection, FailureDecision).values(told))


async def _group(connection: AsyncConnection, workspace_id: str, row: object) -> FailureGroup:
    """With the last run that failed so."""
    named = (_RUNS.c.id, _RUNS.c.workflow_id, _RUNS.c.workflow_name, _RUNS.c.error)
    same = (_RUNS.c.workspace_id == workspace_id, _RUNS.c.fingerprint == row.fingerprint)  # type: ignore[attr-defined]
    newest = select(*named).where(*same).order_by(_RUNS.c.ended_at.desc()).limit(1)
    run = (await connection.execute(newest)).one()
    told = row._mapping  # type: ignore[attr-defined]
    return FailureGroup(
        told["fingerprint"], told["runs"], told["first"], told["last"], told["state"], told["by"],
        run.id, run.workflow_id, run.workflow_name, read(run.error),
    )  # fmt: skip
