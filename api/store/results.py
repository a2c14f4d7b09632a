"""Outputs that nodes may take instead of calling their service again: sealed, bounded, and gone after their time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.tables import NodeResultRow
from api.store.upserts import insert_into, table_of

_RESULTS = table_of(NodeResultRow)
MOST_BYTES = 256 * 1024 * 1024
"""Of all results of a workspace; the oldest give way."""
_EVICTED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class StoredResult:
    sealed: str
    key_id: str
    stored_at: datetime


async def find(connection: AsyncConnection, workspace_id: str, digest: str, not_before: datetime, now: datetime) -> StoredResult | None:
    """A result that is not older than asked for, and has not outlived its own time."""
    wanted = (
        _RESULTS.c.workspace_id == workspace_id,
        _RESULTS.c.digest == digest,
        _RESULTS.c.stored_at >= not_before,
        _RESULTS.c.expires_at > now,
    )
    row = (await connection.execute(select(_RESULTS).where(*wanted))).one_or_none()
    return None if row is None else StoredResult(row.sealed, row.key_id, row.stored_at)


async def keep(
    connection: AsyncConnection, workspace_id: str, workflow_id: str, digest: str, result: StoredResult, expires_at: datetime
) -> None:
    """The newer result of equal calls stands."""
    values = {
        "workspace_id": workspace_id,
        "digest": digest,
        "workflow_id": workflow_id,
        "sealed": result.sealed,
        "key_id": result.key_id,
        "size": len(result.sealed),
        "stored_at": result.stored_at,
        "expires_at": expires_at,
    }
    statement = insert_into(connection, NodeResultRow).values(values)
    newer = {name: statement.excluded[name] for name in values if name not in ("workspace_id", "digest")}
    await connection.execute(statement.on_conflict_do_update(index_elements=["workspace_id", "digest"], set_=newer))
    await _bound(connection, workspace_id)


async def _bound(connection: AsyncConnection, workspace_id: str) -> None:
    mine = _RESULTS.c.workspace_id == workspace_id
    surplus = int((await connection.execute(select(func.coalesce(func.sum(_RESULTS.c.size), 0)).where(mine))).scalar_one()) - MOST_BYTES
    if surplus <= 0:
        return
    columns = (_RESULTS.c.digest, _RESULTS.c.size)
    oldest = await connection.execute(select(*columns).where(mine).order_by(_RESULTS.c.stored_at).limit(_EVICTED_AT_ONCE))
    gone: list[str] = []
    for row in oldest:
        if surplus <= 0:
            break
        gone.append(row.digest)
        surplus -= row.size
    await connection.execute(delete(_RESULTS).where(mine, _RESULTS.c.digest.in_(gone)))


async def forget_expired(connection: AsyncConnection, now: datetime) -> None:
    await connection.execute(delete(_RESULTS).where(_RESULTS.c.expires_at <= now))


async def forget_workflow(connection: AsyncConnection, workspace_id: str, workflow_id: str) -> int:
    """Forgets what runs of a workflow have kept; how many results that were."""
    wanted = (_RESULTS.c.workspace_id == workspace_id, _RESULTS.c.workflow_id == workflow_id)
    return int((await connection.execute(delete(_RESULTS).where(*wanted))).rowcount)
