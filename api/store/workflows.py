"""Workflows: one draft each, and frozen versions."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import read, written
from api.store.tables import Workflow, WorkflowVersion
from api.store.upserts import insert_into, table_of
from interpreter.json_value import Json

_WORKFLOWS, _VERSIONS = table_of(Workflow), table_of(WorkflowVersion)


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    id: str
    name: str
    definition: Json
    draft_revision: int
    published_version: int | None
    created_at: datetime
    changed_at: datetime
    sorted_by: str = ""
    """Its place in a list, as the database lowers letters: not every one does it like Python."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: int
    definition: Json
    plan_hash: str
    published_at: datetime


async def insert(
    connection: AsyncConnection, workspace_id: str, workflow_id: str, name: str, definition: Json, at: datetime
) -> None:
    values = {
        "id": workflow_id,
        "workspace_id": workspace_id,
        "name": name,
        "definition": written(definition),
        "draft_revision": 1,
        "created_at": at,
        "changed_at": at,
    }
    await connection.execute(insert_into(connection, Workflow).values(values))


async def get(connection: AsyncConnection, workspace_id: str, workflow_id: str) -> WorkflowRow | None:
    row = (await connection.execute(select(_WORKFLOWS).where(*_mine(workspace_id, workflow_id)))).one_or_none()
    return None if row is None else _workflow(row)


async def named(connection: AsyncConnection, workspace_id: str, id_or_name: str) -> list[WorkflowRow]:
    """The workflow of an id, else those of a name: several may have one."""
    by_id = await get(connection, workspace_id, id_or_name)
    if by_id is not None:
        return [by_id]
    wanted = (_WORKFLOWS.c.workspace_id == workspace_id, _WORKFLOWS.c.name == id_or_name, _WORKFLOWS.c.deleted_at.is_(None))
    return [_workflow(row) for row in await connection.execute(select(_WORKFLOWS).where(*wanted).order_by(_WORKFLOWS.c.id).limit(2))]


async def list_(
    connection: AsyncConnection, workspace_id: str, text: str | None, after: tuple[str, str] | None, limit: int
) -> list[WorkflowRow]:
    """By name, from behind a place in the list."""
    lowered = func.lower(_WORKFLOWS.c.name)
    conditions = [_WORKFLOWS.c.workspace_id == workspace_id, _WORKFLOWS.c.deleted_at.is_(None)]
    if text:
        conditions.append(lowered.contains(text.lower(), autoescape=True))
    if after is not None:
        name, workflow_id = after
        conditions.append(or_(lowered > name, and_(lowered == name, _WORKFLOWS.c.id > workflow_id)))
    listed = select(_WORKFLOWS, lowered.label("sorted_by")).where(*conditions)
    found = await connection.execute(listed.order_by(lowered, _WORKFLOWS.c.id).limit(limit))
    return [replace(_workflow(row), sorted_by=row.sorted_by) for row in found]


async def replace_draft(
    connection: AsyncConnection, workspace_id: str, workflow_id: str, revision: int | None, name: str, definition: Json, at: datetime
) -> bool:
    """Whether the draft was still at that revision (None: whatever it is at)."""
    conditions = [*_mine(workspace_id, workflow_id)]
    if revision is not None:
        conditions.append(_WORKFLOWS.c.draft_revision == revision)
    values = {
        "name": name,
        "definition": written(definition),
        "draft_revision": _WORKFLOWS.c.draft_revision + 1,
        "changed_at": at,
    }
    return (await connection.execute(update(_WORKFLOWS).where(*conditions).values(values))).rowcount == 1


async def delete(connection: AsyncConnection, workspace_id: str, workflow_id: str, at: datetime) -> bool:
    """Hidden, not removed: its runs go on and stay readable."""
    statement = update(_WORKFLOWS).where(*_mine(workspace_id, workflow_id)).values(deleted_at=at)
    return (await connection.execute(statement)).rowcount == 1


async def publish(
    connection: AsyncConnection, workspace_id: str, workflow_id: str, definition: Json, plan_hash: str, at: datetime
) -> int:
    """Freezes the next version; called in one transaction with the reading of the draft."""
    newest = await connection.execute(select(func.max(_VERSIONS.c.version)).where(_VERSIONS.c.workflow_id == workflow_id))
    version: int = (newest.scalar_one() or 0) + 1
    values = {
        "workflow_id": workflow_id,
        "version": version,
        "definition": written(definition),
        "plan_hash": plan_hash,
        "published_at": at,
    }
    await connection.execute(insert_into(connection, WorkflowVersion).values(values))
    await connection.execute(update(_WORKFLOWS).where(*_mine(workspace_id, workflow_id)).values(published_version=version))
    return version


async def version(connection: AsyncConnection, workspace_id: str, workflow_id: str, number: int) -> VersionRow | None:
    statement = _versions_of(workspace_id, workflow_id).where(_VERSIONS.c.version == number)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _version(row)


async def versions(
    connection: AsyncConnection, workspace_id: str, workflow_id: str, before: int | None, limit: int
) -> list[VersionRow]:
    """The newest first, from behind a version."""
    statement = _versions_of(workspace_id, workflow_id)
    if before is not None:
        statement = statement.where(_VERSIONS.c.version < before)
    found = await connection.execute(statement.order_by(_VERSIONS.c.version.desc()).limit(limit))
    return [_version(row) for row in found]


def _mine(workspace_id: str, workflow_id: str) -> tuple[Any, ...]:
    return (_WORKFLOWS.c.id == workflow_id, _WORKFLOWS.c.workspace_id == workspace_id, _WORKFLOWS.c.deleted_at.is_(None))


def _versions_of(workspace_id: str, workflow_id: str) -> Any:
    joined = select(_VERSIONS).join(_WORKFLOWS, _WORKFLOWS.c.id == _VERSIONS.c.workflow_id)
    return joined.where(*_mine(workspace_id, workflow_id))


def _workflow(row: Row[Any]) -> WorkflowRow:
    return WorkflowRow(
        row.id, row.name, read(row.definition), row.draft_revision, row.published_version, row.created_at, row.changed_at
    )


def _version(row: Row[Any]) -> VersionRow:
    return VersionRow(row.version, read(row.definition), row.plan_hash, row.published_at)
