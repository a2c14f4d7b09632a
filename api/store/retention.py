"""Which ended runs are due to be deleted, and the deleting of their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store import search
from api.store.json_text import read, written
from api.store.opened_bundles import BUNDLE
from api.store.tables import NodeRun, Run, RunEventRow, Workflow, Workspace
from api.store.upserts import table_of
from interpreter.json_value import JsonObject
from interpreter.protocol import RUN_ENDS

_RUNS, _NODES, _EVENTS = table_of(Run), table_of(NodeRun), table_of(RunEventRow)
_WORKFLOWS, _WORKSPACES = table_of(Workflow), table_of(Workspace)
FAILED = ("failed", "timed_out")
CALM = ("succeeded", "cancelled")


@dataclass(frozen=True, slots=True)
class KeptWorkflow:
    """A workflow whose runs may be due."""

    workspace_id: str
    id: str
    workspace_settings: JsonObject
    retention: JsonObject


@dataclass(frozen=True, slots=True)
class DueRun:
    id: str
    workspace_id: str
    stored_bytes: int


async def workflows_after(connection: AsyncConnection, after: str, limit: int) -> list[KeptWorkflow]:
    """All workflows, deleted ones too, by id from behind one."""
    joined = select(_WORKFLOWS.c.workspace_id, _WORKFLOWS.c.id, _WORKFLOWS.c.retention, _WORKSPACES.c.settings)
    joined = joined.join(_WORKSPACES, _WORKSPACES.c.id == _WORKFLOWS.c.workspace_id)
    rows = await connection.execute(joined.where(_WORKFLOWS.c.id > after).order_by(_WORKFLOWS.c.id).limit(limit))
    return [KeptWorkflow(row.workspace_id, row.id, read(row.settings), read(row.retention)) for row in rows]


async def of_workflow(connection: AsyncConnection, workspace_id: str, workflow_id: str) -> JsonObject | None:
    """What is set for a workflow; None when there is no such workflow."""
    wanted = (_WORKFLOWS.c.workspace_id == workspace_id, _WORKFLOWS.c.id == workflow_id)
    text = (await connection.execute(select(_WORKFLOWS.c.retention).where(*wanted))).scalar_one_or_none()
    return None if text is None else read(text)


async def save(connection: AsyncConnection, workspace_id: str, workflow_id: str, told: JsonObject) -> bool:
    wanted = (_WORKFLOWS.c.workspace_id == workspace_id, _WORKFLOWS.c.id == workflow_id)
    return (await connection.execute(update(_WORKFLOWS).where(*wanted).values(retention=written(told)))).rowcount == 1


async def ended_before(
    connection: AsyncConnection, workflow_id: str, statuses: Sequence[str], before: datetime, limit: int
) -> list[DueRun]:
    """The oldest runs of a workflow that ended so before a time."""
    return await _oldest(connection, workflow_id, statuses, limit, _RUNS.c.ended_at < before)


async def oldest(connection: AsyncConnection, workflow_id: str, statuses: Sequence[str], limit: int) -> list[DueRun]:
    return await _oldest(connection, workflow_id, statuses, limit)


async def stored_bytes(connection: AsyncConnection, workflow_id: str) -> int:
    """About how much the ended runs of a workflow take."""
    counted = select(func.coalesce(func.sum(_RUNS.c.stored_bytes), 0))
    ended = (_RUNS.c.workflow_id == workflow_id, _RUNS.c.status.in_(RUN_ENDS))
    return int((await connection.execute(counted.where(*ended))).scalar_one())


async def delete_rows(connection: AsyncConnection, run_id: str) -> None:
    """Everything that the database knows of a run."""
    for table in (_NODES, _EVENTS):
        await connection.execute(delete(table).where(table.c.run_id == run_id))
    await search.forget(connection, run_id)
    await connection.execute(delete(_RUNS).where(_RUNS.c.id == run_id))


async def is_needed(connection: AsyncConnection, run_id: str) -> bool:
    """Whether a run that goes on repeats this one, and reads what it has recorded."""
    children = _RUNS.alias("children")
    wanted = (children.c.parent_run_id == run_id, children.c.status.not_in(RUN_ENDS))
    return (await connection.execute(select(children.c.id).where(*wanted).limit(1))).first() is not None


async def _oldest(
    connection: AsyncConnection, workflow_id: str, statuses: Sequence[str], limit: int, *more: object
) -> list[DueRun]:
    repeating = _RUNS.alias("repeating")
    open_still = repeating.c.status.not_in(RUN_ENDS)
    needed = select(repeating.c.id).where(repeating.c.parent_run_id == _RUNS.c.id, open_still).exists()
    conditions = [_RUNS.c.workflow_id == workflow_id, _RUNS.c.status.in_(statuses), _RUNS.c.trigger_kind != BUNDLE, ~_RUNS.c.follow_up_due, ~needed, *more]
    wanted = select(_RUNS.c.id, _RUNS.c.workspace_id, _RUNS.c.stored_bytes).where(*conditions)  # type: ignore[arg-type]
    rows = await connection.execute(wanted.order_by(_RUNS.c.created_at, _RUNS.c.id).limit(limit))
    return [DueRun(row.id, row.workspace_id, row.stored_bytes) for row in rows]
