"""Whose turn it is among the runs that wait: by priority, then the workspace with the fewest in flight, then age."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.admission import admit_one, lock
from api.store.tables import Run
from api.store.upserts import table_of
from interpreter.protocol import RUN_ENDS

_RUNS = table_of(Run)
_PAGE = 100
_MOST_WORKSPACES = 500
_MOST_PAGES = 50
"""Of one workspace in one round: what stands behind so many full slots waits for the next."""


@dataclass(slots=True)
class _Turns:
    """One round."""

    connection: AsyncConnection
    in_flight: Counter[str] = field(default_factory=Counter)
    """By workspace."""
    held: dict[str, int] = field(default_factory=dict)
    """By slot: how many runs hold it."""
    full: dict[str, None] = field(default_factory=dict)
    heads: dict[str, list[Row[Any]]] = field(default_factory=dict)
    pages: Counter[str] = field(default_factory=Counter)
    admitted: list[str] = field(default_factory=list)


async def admit(connection: AsyncConnection, room: int) -> list[str]:
    """Admits as many waiting runs as there is room for; their ids in the order in which they are to start."""
    await lock(connection)
    turns = _Turns(connection)
    workspaces = select(_RUNS.c.workspace_id).where(_RUNS.c.admitted.is_(False)).distinct().limit(_MOST_WORKSPACES)
    for workspace_id in (await connection.execute(workspaces)).scalars().all():
        await _fill(turns, workspace_id)
    if len(turns.heads) > 1:
        counted = select(_RUNS.c.workspace_id, func.count().label("runs")).where(
            _RUNS.c.admitted, _RUNS.c.status.not_in(RUN_ENDS)
        )
        for row in await connection.execute(counted.group_by(_RUNS.c.workspace_id)):
            turns.in_flight[row.workspace_id] = row.runs
    while len(turns.admitted) < room and turns.heads:
        await _next(turns)
    return turns.admitted


async def _next(turns: _Turns) -> None:
    """Takes the first of the workspace whose turn it is."""
    workspace_id = min(
        turns.heads,
        key=lambda one: (turns.heads[one][0].priority, turns.in_flight[one], turns.heads[one][0].created_at, one),
    )
    row = turns.heads[workspace_id].pop(0)
    if await _has_room(turns, row):
        await admit_one(turns.connection, row.id)
        turns.admitted.append(row.id)
        turns.in_flight[workspace_id] += 1
        if row.slot is not None:
            turns.held[row.slot] += 1
    if not turns.heads[workspace_id]:
        del turns.heads[workspace_id]
        await _fill(turns, workspace_id)


async def _has_room(turns: _Turns, row: Row[Any]) -> bool:
    if row.slot is None:
        return True
    if row.slot not in turns.held:
        holding = (_RUNS.c.slot == row.slot, _RUNS.c.ended_at.is_(None), _RUNS.c.admitted)
        found = await turns.connection.execute(select(func.count()).where(*holding))
        turns.held[row.slot] = int(found.scalar_one())
    if turns.held[row.slot] < row.slot_limit:
        return True
    turns.full[row.slot] = None
    return False


async def _fill(turns: _Turns, workspace_id: str) -> None:
    """The next of a workspace that are not known to stand before a full slot."""
    turns.pages[workspace_id] += 1
    if turns.pages[workspace_id] > _MOST_PAGES:
        return
    waits = [_RUNS.c.workspace_id == workspace_id, _RUNS.c.admitted.is_(False)]
    if turns.full:
        waits.append(_RUNS.c.slot.is_(None) | _RUNS.c.slot.not_in(list(turns.full)))
    columns = [_RUNS.c[name] for name in ("id", "slot", "slot_limit", "priority", "created_at")]
    wanted = select(*columns).where(*waits).order_by(_RUNS.c.priority, _RUNS.c.created_at, _RUNS.c.id).limit(_PAGE)
    rows = list((await turns.connection.execute(wanted)).all())
    if rows:
        turns.heads[workspace_id] = rows


async def anybody_waits(connection: AsyncConnection) -> bool:
    """Whether any run has not been admitted."""
    found = await connection.execute(select(_RUNS.c.id).where(_RUNS.c.admitted.is_(False)).limit(1))
    return found.first() is not None
