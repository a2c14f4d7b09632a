"""Workspaces and the API keys that open them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store import ids
from api.store.tables import ApiKey, Workspace
from api.store.upserts import insert_into, table_of

_KEYS, _WORKSPACES = table_of(ApiKey), table_of(Workspace)


@dataclass(frozen=True, slots=True)
class KeyRow:
    id: str
    workspace_id: str
    workspace_name: str
    name: str
    role: str


def hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


async def key_of(connection: AsyncConnection, key: str) -> KeyRow | None:
    """The row of an API key that is not revoked."""
    columns = (_KEYS.c.id, _KEYS.c.workspace_id, _KEYS.c.name, _KEYS.c.role, _WORKSPACES.c.name.label("workspace_name"))
    joined = select(*columns).join(_WORKSPACES, _WORKSPACES.c.id == _KEYS.c.workspace_id)
    found = await connection.execute(joined.where(_KEYS.c.hash == hashed(key), _KEYS.c.revoked_at.is_(None)))
    row = found.one_or_none()
    return None if row is None else KeyRow(row.id, row.workspace_id, row.workspace_name, row.name, row.role)


async def insert_workspace(connection: AsyncConnection, workspace_id: str, name: str, at: datetime) -> None:
    await connection.execute(insert_into(connection, Workspace).values(id=workspace_id, name=name, created_at=at))


async def insert_key(
    connection: AsyncConnection, workspace_id: str, name: str, role: str, key: str, at: datetime, bootstrap: bool = False
) -> None:
    values = {
        "id": ids.prefixed("key"),
        "workspace_id": workspace_id,
        "name": name,
        "role": role,
        "hash": hashed(key),
        "bootstrap": bootstrap,
        "created_at": at,
    }
    statement = insert_into(connection, ApiKey).values(values)
    # A bootstrap key that comes back after it was changed is valid again.
    await connection.execute(statement.on_conflict_do_update(index_elements=["hash"], set_={"revoked_at": None}))


async def seed(connection: AsyncConnection, bootstrap_key: str | None, at: datetime) -> None:
    """Gives the first workspace the bootstrap key, and only that one; without a key none is valid."""
    outdated = (_KEYS.c.bootstrap.is_(True), _KEYS.c.revoked_at.is_(None), _KEYS.c.hash != hashed(bootstrap_key or ""))
    await connection.execute(update(_KEYS).where(*outdated).values(revoked_at=at))
    if bootstrap_key is None:
        return
    first = await connection.execute(select(_WORKSPACES.c.id).order_by(_WORKSPACES.c.created_at).limit(1))
    workspace_id = first.scalar_one_or_none()
    if workspace_id is None:
        workspace_id = ids.workspace_id()
        await insert_workspace(connection, workspace_id, "Home", at)
    await insert_key(connection, workspace_id, "bootstrap", "owner", bootstrap_key, at, bootstrap=True)
