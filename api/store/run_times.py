"""How long runs usually take, and how much of one is recorded."""

from statistics import median

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.tables import NodeRun, Run
from api.store.upserts import table_of
from interpreter.protocol import NODE_ENDS

_RUNS, _NODES = table_of(Run), table_of(NodeRun)
_LOOKED_AT = 100
_ENOUGH, _MOST = 3, 20


async def usual_ms(connection: AsyncConnection, workspace_id: str, workflow_id: str) -> int | None:
    """The median of the last runs of a workflow that succeeded from the start; None with fewer than three of them."""
    newest = (
        select(_RUNS.c.status, _RUNS.c.duration_ms, _RUNS.c.parent_run_id)
        .where(_RUNS.c.workflow_id == workflow_id, _RUNS.c.workspace_id == workspace_id)
        .order_by(_RUNS.c.created_at.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    # A rerun takes over what the run before it did.
    whole = (newest.c.status == "succeeded", newest.c.duration_ms.is_not(None), newest.c.parent_run_id.is_(None))
    found = list((await connection.execute(select(newest.c.duration_ms).where(*whole).limit(_MOST))).scalars())
    return round(median(found)) if len(found) >= _ENOUGH else None


async def recorded_progress(connection: AsyncConnection, run_id: str) -> tuple[int, int]:
    """Recorded node instances that have ended, and all of them."""
    ended = func.sum(case((_NODES.c.status.in_(NODE_ENDS), 1), else_=0))
    row = (await connection.execute(select(ended, func.count()).where(_NODES.c.run_id == run_id))).one()
    return row[0] or 0, row[1]
