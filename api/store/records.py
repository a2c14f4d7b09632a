"""What a run tells of itself: rows of nodes and events, written once however often they come."""

from datetime import datetime

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import read, written
from api.store.tables import NodeRun, Run, RunEventRow
from api.store.upserts import insert_into, table_of
from interpreter.protocol import NODE_ENDS, RUN_ENDS, NodeRow, RunEvent, RunRecord

_RUNS, _NODES, _EVENTS = table_of(Run), table_of(NodeRun), table_of(RunEventRow)


async def write(connection: AsyncConnection, record: RunRecord) -> None:
    """A checkpoint or the end. A row that has ended is never overwritten."""
    if record.nodes:
        await _write_nodes(connection, record)
    if record.events:
        values = [{"run_id": record.run_id, "seq": event["seq"], "event": written(event)} for event in record.events]
        await connection.execute(insert_into(connection, RunEventRow).on_conflict_do_nothing(), values)
    told: dict[str, object] = {"status": record.status, "started_at": datetime.fromisoformat(record.started_at)}
    if record.ended_at is not None:
        told |= {
            "ended_at": datetime.fromisoformat(record.ended_at),
            "output": written(record.output),
            "error": written(record.error),
        }
    open_still = (_RUNS.c.id == record.run_id, _RUNS.c.workspace_id == record.workspace_id, _RUNS.c.status.not_in(RUN_ENDS))
    await connection.execute(update(_RUNS).where(*open_still).values(told))


async def _write_nodes(connection: AsyncConnection, record: RunRecord) -> None:
    values = [
        {"run_id": record.run_id, "key": row["key"], "place": place, "status": row["status"], "row": written(row)}
        for place, row in zip(record.order, record.nodes, strict=True)
    ]
    statement = insert_into(connection, NodeRun)
    newer = {name: statement.excluded[name] for name in ("place", "status", "row")}
    # Spelled out, since a list of values can't be used with many rows at once.
    still_open = and_(*(_NODES.c.status != end for end in NODE_ENDS))
    upsert = statement.on_conflict_do_update(index_elements=["run_id", "key"], set_=newer, where=still_open)
    await connection.execute(upsert, values)


async def node_rows(
    connection: AsyncConnection, workspace_id: str, run_id: str, after: int, limit: int
) -> list[tuple[int, NodeRow]]:
    """Recorded rows with their place, behind a place."""
    mine = select(_NODES.c.place, _NODES.c.row).join(_RUNS, _RUNS.c.id == _NODES.c.run_id)
    wanted = (_NODES.c.run_id == run_id, _RUNS.c.workspace_id == workspace_id, _NODES.c.place > after)
    found = await connection.execute(mine.where(*wanted).order_by(_NODES.c.place).limit(limit))
    return [(row.place, read(row.row)) for row in found]


async def events(
    connection: AsyncConnection, workspace_id: str, run_id: str, after_seq: int, limit: int
) -> list[RunEvent]:
    """Recorded events behind a sequence number, in order."""
    mine = select(_EVENTS.c.event).join(_RUNS, _RUNS.c.id == _EVENTS.c.run_id)
    wanted = (_EVENTS.c.run_id == run_id, _RUNS.c.workspace_id == workspace_id, _EVENTS.c.seq > after_seq)
    found = await connection.execute(mine.where(*wanted).order_by(_EVENTS.c.seq).limit(limit))
    return [read(text) for text in found.scalars()]
