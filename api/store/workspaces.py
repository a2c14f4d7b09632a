"""Settings of a workspace."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import read, written
from api.store.tables import Workspace
from api.store.upserts import table_of
from interpreter.json_value import JsonObject

_WORKSPACES = table_of(Workspace)


async def settings(connection: AsyncConnection, workspace_id: str) -> JsonObject:
    """What was saved; a setting that is not there has its default."""
    found = await connection.execute(select(_WORKSPACES.c.settings).where(_WORKSPACES.c.id == workspace_id))
    saved: JsonObject = read(found.scalar_one())
    return saved


async def save_settings(connection: AsyncConnection, workspace_id: str, wanted: JsonObject) -> None:
    await connection.execute(update(_WORKSPACES).where(_WORKSPACES.c.id == workspace_id).values(settings=written(wanted)))
