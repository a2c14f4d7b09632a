"""A run with its ancestors and all its reruns, without the values of any of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import read
from api.store.rerun_options import RerunOptions
from api.store.run_options import RunOptions
from api.store.tables import Run
from api.store.upserts import table_of
from interpreter.protocol import RunStatus

_RUNS = table_of(Run)
_COLUMNS = [_RUNS.c[name] for name in ("id", "parent_run_id", "version", "status", "options", "created_at", "ended_at")]
_MOST_ANCESTORS = 1_000


@dataclass(frozen=True, slots=True)
class Relative:
    """A run of the family."""

    id: str
    parent_run_id: str | None
    version: int | None
    status: RunStatus
    rerun: RerunOptions | None
    created_at: datetime
    ended_at: datetime | None


async def family_of(connection: AsyncConnection, workspace_id: str, run_id: str, limit: int) -> list[Relative]:
    """The first run of all, then its reruns level by level, each level in order of time; at most `limit` of them."""
    first = await _first(connection, workspace_id, run_id)
    found = await _runs(connection, workspace_id, [first], by_parent=False, limit=1)
    level = [one.id for one in found]
    while level and len(found) < limit:
        following = await _runs(connection, workspace_id, level, by_parent=True, limit=limit - len(found))
        found += following
        level = [one.id for one in following]
    return found


async def _first(connection: AsyncConnection, workspace_id: str, run_id: str) -> str:
    for _ in range(_MOST_ANCESTORS):
        mine = (_RUNS.c.id == run_id, _RUNS.c.workspace_id == workspace_id)
        parent: str | None = (await connection.execute(select(_RUNS.c.parent_run_id).where(*mine))).scalar_one_or_none()
        if parent is None:
            break
        known = await connection.execute(select(_RUNS.c.id).where(_RUNS.c.id == parent, _RUNS.c.workspace_id == workspace_id))
        if known.scalar_one_or_none() is None:
            break  # deleted since
        run_id = parent
    return run_id


async def _runs(
    connection: AsyncConnection, workspace_id: str, ids: list[str], by_parent: bool, limit: int
) -> list[Relative]:
    column = _RUNS.c.parent_run_id if by_parent else _RUNS.c.id
    wanted = select(*_COLUMNS).where(_RUNS.c.workspace_id == workspace_id, column.in_(ids))
    rows = await connection.execute(wanted.order_by(_RUNS.c.created_at, _RUNS.c.id).limit(limit))
    return [
        Relative(
            row.id,
            row.parent_run_id,
            row.version,
            row.status,
            RerunOptions.of(RunOptions.of(read(row.options)).rerun),
            row.created_at,
            row.ended_at,
        )
        for row in rows
    ]
