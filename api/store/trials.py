"""Runs belong to workflows; those of a single node that somebody tries out belong to this one."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import written
from api.store.tables import Workflow
from api.store.upserts import insert_into

NAME = "Node test"


async def workflow_of_trials(connection: AsyncConnection, workspace_id: str, at: datetime) -> str:
    """The id of the workspace's workflow for node tests: made when it is first needed, and never listed."""
    workflow_id = f"wf_trials_{workspace_id}"
    values = {
        "id": workflow_id,
        "workspace_id": workspace_id,
        "name": NAME,
        "definition": written({"format": 1, "name": NAME}),
        "draft_revision": 1,
        "created_at": at,
        "changed_at": at,
        # A deleted workflow keeps its runs, and nobody meets it.
        "deleted_at": at,
    }
    await connection.execute(insert_into(connection, Workflow).values(values).on_conflict_do_nothing())
    return workflow_id
