"""Plans by their hash: equal plans of a workspace are kept once."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.tables import StoredPlan
from api.store.upserts import insert_into, table_of

_PLANS = table_of(StoredPlan)


async def put(connection: AsyncConnection, workspace_id: str, hash: str, text: str) -> None:
    values = {"workspace_id": workspace_id, "hash": hash, "text": text}
    await connection.execute(insert_into(connection, StoredPlan).values(values).on_conflict_do_nothing())


async def get(connection: AsyncConnection, workspace_id: str, hash: str) -> str | None:
    wanted = (_PLANS.c.workspace_id == workspace_id, _PLANS.c.hash == hash)
    text: str | None = (await connection.execute(select(_PLANS.c.text).where(*wanted))).scalar_one_or_none()
    return text
