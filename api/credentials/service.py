"""Puts credentials away; what was put in is never given back to a person."""

from datetime import UTC, datetime

from api.credentials.kinds import KINDS, wrong_fields
from api.kit.problem import Conflict, NotFound, Unprocessable
from api.kit.services import Services
from api.store import credentials, ids
from api.store.credentials import CredentialRow
from interpreter.json_value import JsonObject


async def create(
    services: Services, workspace_id: str, name: str, kind: str, data: JsonObject, hosts: list[str] | None
) -> CredentialRow:
    row = _row(services, ids.prefixed("cred"), workspace_id, name, kind, data, hosts, datetime.now(UTC))
    async with services.database.write() as connection:
        if not await credentials.insert(connection, row):
            raise Conflict(f'name: there is a credential "{name}" already')
    return row


async def get(services: Services, workspace_id: str, credential_id: str) -> CredentialRow:
    async with services.database.read() as connection:
        row = await credentials.get(connection, workspace_id, credential_id)
    if row is None:
        raise NotFound
    return row


async def replace(
    services: Services, workspace_id: str, credential_id: str, name: str, kind: str, data: JsonObject, hosts: list[str] | None
) -> CredentialRow:
    """Puts in another secret under the same id."""
    async with services.database.write() as connection:
        old = await credentials.get(connection, workspace_id, credential_id)
        if old is None:
            raise NotFound
        other = await credentials.named(connection, workspace_id, name)
        if other is not None and other.id != credential_id:
            raise Conflict(f'name: there is a credential "{name}" already')
        row = _row(services, credential_id, workspace_id, name, kind, data, hosts, old.created_at)
        await credentials.replace(connection, row)
    return row


async def delete(services: Services, workspace_id: str, credential_id: str) -> None:
    async with services.database.write() as connection:
        if not await credentials.remove(connection, workspace_id, credential_id):
            raise NotFound


def _row(
    services: Services,
    credential_id: str,
    workspace_id: str,
    name: str,
    kind_id: str,
    data: JsonObject,
    hosts: list[str] | None,
    created_at: datetime,
) -> CredentialRow:
    kind = KINDS.get(kind_id)
    if kind is None:
        raise Unprocessable(f"kind: there is {', '.join(KINDS)}")
    wrong = wrong_fields(kind, data)
    if wrong is not None:
        raise Unprocessable(wrong)
    sealed = services.vault.seal(workspace_id, credential_id, data)
    allowed = tuple(host.strip().lower().rstrip(".") for host in hosts) if hosts else None
    return CredentialRow(credential_id, workspace_id, name, kind_id, sealed, allowed, created_at, datetime.now(UTC))
