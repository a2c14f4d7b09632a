"""Credentials: the secret part is sealed by the vault, and bound to its workspace and its id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import read, written
from api.store.tables import Credential
from api.store.upserts import insert_into, table_of

_CREDENTIALS = table_of(Credential)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the vault made of the secret part."""

    key_id: str
    text: str


@dataclass(frozen=True, slots=True)
class CredentialRow:
    id: str
    workspace_id: str
    name: str
    kind: str
    sealed: Sealed
    hosts: tuple[str, ...] | None
    created_at: datetime
    changed_at: datetime


async def insert(connection: AsyncConnection, row: CredentialRow) -> bool:
    """Whether the name was free."""
    values = {
        "id": row.id,
        "workspace_id": row.workspace_id,
        "created_at": row.created_at,
        **_changing(row.name, row.kind, row.sealed, row.hosts, row.changed_at),
    }
    statement = insert_into(connection, Credential).values(values).on_conflict_do_nothing().returning(_CREDENTIALS.c.id)
    return (await connection.execute(statement)).scalar_one_or_none() is not None


async def replace(connection: AsyncConnection, row: CredentialRow) -> None:
    mine = (_CREDENTIALS.c.id == row.id, _CREDENTIALS.c.workspace_id == row.workspace_id)
    values = _changing(row.name, row.kind, row.sealed, row.hosts, row.changed_at)
    await connection.execute(update(_CREDENTIALS).where(*mine).values(values))


async def get(connection: AsyncConnection, workspace_id: str, credential_id: str) -> CredentialRow | None:
    return await _one(connection, workspace_id, _CREDENTIALS.c.id == credential_id)


async def named(connection: AsyncConnection, workspace_id: str, name: str) -> CredentialRow | None:
    return await _one(connection, workspace_id, _CREDENTIALS.c.name == name)


async def list_(connection: AsyncConnection, workspace_id: str, after: str | None, limit: int) -> list[CredentialRow]:
    """By name, from behind a name."""
    statement = select(_CREDENTIALS).where(_CREDENTIALS.c.workspace_id == workspace_id)
    if after is not None:
        statement = statement.where(_CREDENTIALS.c.name > after)
    return [_credential(row) for row in await connection.execute(statement.order_by(_CREDENTIALS.c.name).limit(limit))]


async def remove(connection: AsyncConnection, workspace_id: str, credential_id: str) -> bool:
    mine = (_CREDENTIALS.c.id == credential_id, _CREDENTIALS.c.workspace_id == workspace_id)
    return (await connection.execute(delete(_CREDENTIALS).where(*mine))).rowcount == 1


async def _one(connection: AsyncConnection, workspace_id: str, condition: Any) -> CredentialRow | None:
    found = await connection.execute(select(_CREDENTIALS).where(_CREDENTIALS.c.workspace_id == workspace_id, condition))
    row = found.one_or_none()
    return None if row is None else _credential(row)


def _changing(name: str, kind: str, sealed: Sealed, hosts: tuple[str, ...] | None, at: datetime) -> dict[str, object]:
    return {
        "name": name,
        "kind": kind,
        "key_id": sealed.key_id,
        "sealed": sealed.text,
        "hosts": None if hosts is None else written(list(hosts)),
        "changed_at": at,
    }


def _credential(row: Row[Any]) -> CredentialRow:
    return CredentialRow(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        kind=row.kind,
        sealed=Sealed(row.key_id, row.sealed),
        hosts=None if row.hosts is None else tuple(read(row.hosts)),
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
