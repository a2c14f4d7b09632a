"""Filters of the list of runs that people have saved, by name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import read, written
from api.store.tables import SavedRunFilter
from api.store.upserts import insert_into, table_of
from interpreter.json_value import JsonObject

_FILTERS = table_of(SavedRunFilter)
MOST = 200
"""Of a workspace."""


@dataclass(frozen=True, slots=True)
class SavedFilter:
    id: str
    name: str
    query: JsonObject
    created_at: datetime


async def all_of(connection: AsyncConnection, workspace_id: str) -> list[SavedFilter]:
    rows = await connection.execute(select(_FILTERS).where(_FILTERS.c.workspace_id == workspace_id).order_by(_FILTERS.c.name))
    return [SavedFilter(row.id, row.name, read(row.query), row.created_at) for row in rows]


async def count(connection: AsyncConnection, workspace_id: str) -> int:
    counted = select(func.count()).select_from(_FILTERS).where(_FILTERS.c.workspace_id == workspace_id)
    return int((await connection.execute(counted)).scalar_one())


async def insert(connection: AsyncConnection, workspace_id: str, saved: SavedFilter) -> bool:
    """False when another one has the name."""
    values = {
        "id": saved.id,
        "workspace_id": workspace_id,
        "name": saved.name,
        "query": written(saved.query),
        "created_at": saved.created_at,
    }
    statement = insert_into(connection, SavedRunFilter).values(values).on_conflict_do_nothing().returning(_FILTERS.c.id)
    return (await connection.execute(statement)).scalar_one_or_none() is not None


async def change(connection: AsyncConnection, workspace_id: str, filter_id: str, name: str, query: JsonObject) -> bool | None:
    """False when another one has the name, None when there is no such filter."""
    taken = (_FILTERS.c.workspace_id == workspace_id, _FILTERS.c.name == name, _FILTERS.c.id != filter_id)
    if (await connection.execute(select(_FILTERS.c.id).where(*taken))).first() is not None:
        return False
    mine = (_FILTERS.c.workspace_id == workspace_id, _FILTERS.c.id == filter_id)
    changed = await connection.execute(update(_FILTERS).where(*mine).values(name=name, query=written(query)))
    return True if changed.rowcount else None


async def remove(connection: AsyncConnection, workspace_id: str, filter_id: str) -> bool:
    mine = (_FILTERS.c.workspace_id == workspace_id, _FILTERS.c.id == filter_id)
    return (await connection.execute(delete(_FILTERS).where(*mine))).rowcount == 1
