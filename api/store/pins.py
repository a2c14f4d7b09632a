"""Pinned outputs of a workflow's draft, by node id."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import read, written
from api.store.tables import Workflow
from api.store.upserts import table_of
from interpreter.json_value import JsonObject

_WORKFLOWS = table_of(Workflow)


async def of_workflow(connection: AsyncConnection, workspace_id: str, workflow_id: str) -> JsonObject:
    """The pins of a workflow; none of one that is not there."""
    mine = (_WORKFLOWS.c.id == workflow_id, _WORKFLOWS.c.workspace_id == workspace_id)
    text = (await connection.execute(select(_WORKFLOWS.c.pins).where(*mine))).scalar_one_or_none()
    pins: JsonObject = {} if text is None else read(text)
    return pins


async def replace(connection: AsyncConnection, workspace_id: str, workflow_id: str, pins: JsonObject) -> bool:
    """Whether there is such a workflow."""
    mine = (_WORKFLOWS.c.id == workflow_id, _WORKFLOWS.c.workspace_id == workspace_id, _WORKFLOWS.c.deleted_at.is_(None))
    return (await connection.execute(update(_WORKFLOWS).where(*mine).values(pins=written(pins)))).rowcount == 1
