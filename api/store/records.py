"""What a run tells of itself: rows of nodes and events, written once however often they come."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Update, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.follow_ups import is_due
from api.store.json_text import read, written
from api.store.run_words import index_end
from api.store.tables import NodeRun, Run, RunEventRow
from api.store.upserts import insert_into, table_of
from interpreter.fingerprint import fingerprint
from interpreter.json_value import Json
from interpreter.large_value import is_reference
from interpreter.protocol import NODE_ENDS, RUN_ENDS, NodeRow, RunEvent, RunRecord

_RUNS, _NODES, _EVENTS = table_of(Run), table_of(NodeRun), table_of(RunEventRow)
_KEYS_AT_ONCE = 500
Place = tuple[int, str]
"""Where a row stands in the list of its run: a number, then its key."""
BEFORE_ALL: Place = (-1, "")


async def write(connection: AsyncConnection, record: RunRecord) -> None:
    """A checkpoint or the end. A row that has ended is never overwritten; a batch of a map has rows and nothing else."""
    stored = await _write_nodes(connection, record) if record.nodes else 0
    if record.batch:
        await connection.execute(_mine(record).values(stored_bytes=_RUNS.c.stored_bytes + stored))
        return
    if record.events:
        values = [{"run_id": record.run_id, "seq": event["seq"], "event": written(event)} for event in record.events]
        stored += sum(len(str(one["event"])) for one in values)
        await connection.execute(insert_into(connection, RunEventRow).on_conflict_do_nothing(), values)
    told: dict[str, object] = {
        "status": record.status,
        "started_at": datetime.fromisoformat(record.started_at),
        "attention": record.attention,
        # What records does not stand still.
        "stalled_reason": None,
        "stored_bytes": _RUNS.c.stored_bytes + stored,
    }
    if record.response is not None:
        told["response"] = written(record.response)
    if record.ended_at is not None:
        told |= {
            "ended_at": datetime.fromisoformat(record.ended_at),
            "output": written(record.output),
            "error": written(record.error),
            "attention": None,
            "follow_up_due": is_due(record.status),
            "duration_ms": _milliseconds(record.started_at, record.ended_at),
        }
    open_still = (_RUNS.c.id == record.run_id, _RUNS.c.workspace_id == record.workspace_id, _RUNS.c.status.not_in(RUN_ENDS))
    changed = await connection.execute(update(_RUNS).where(*open_still).values(told))
    if record.ended_at is not None and changed.rowcount:
        await index_end(connection, record)
        if record.status in ("failed", "timed_out"):
            await _note_failure(connection, record)


async def _note_failure(connection: AsyncConnection, record: RunRecord) -> None:
    """Gives a failed run what its failure is known by."""
    found = await connection.execute(select(_RUNS.c.workflow_id).where(_RUNS.c.id == record.run_id))
    await connection.execute(_mine(record).values(fingerprint=fingerprint(found.scalar_one(), record.error)))


def _milliseconds(begun: str, ended: str) -> int:
    return round((datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds() * 1000)


def _mine(record: RunRecord) -> Update:
    return update(_RUNS).where(_RUNS.c.id == record.run_id, _RUNS.c.workspace_id == record.workspace_id)


async def _write_nodes(connection: AsyncConnection, record: RunRecord) -> int:
    """About how many bytes these rows take, with the large values that they refer to."""
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
    return sum(len(str(one["row"])) for one in values) + sum(_kept_bytes(row["output"]) for row in record.nodes)


def _kept_bytes(output: Json) -> int:
    return int(output["$payload"].get("size", 0)) if is_reference(output) else 0


async def node_rows(
    connection: AsyncConnection, workspace_id: str, run_id: str, after: Place, limit: int
) -> list[tuple[int, NodeRow]]:
    """Recorded rows with the number of their place, from behind a place; rows that never started share numbers."""
    number, key = after
    mine = select(_NODES.c.place, _NODES.c.row).join(_RUNS, _RUNS.c.id == _NODES.c.run_id)
    behind = or_(_NODES.c.place > number, and_(_NODES.c.place == number, _NODES.c.key > key))
    wanted = (_NODES.c.run_id == run_id, _RUNS.c.workspace_id == workspace_id, behind)
    found = await connection.execute(mine.where(*wanted).order_by(_NODES.c.place, _NODES.c.key).limit(limit))
    return [(row.place, read(row.row)) for row in found]


async def node_row(connection: AsyncConnection, workspace_id: str, run_id: str, key: str) -> NodeRow | None:
    """The recorded row of one instance."""
    mine = select(_NODES.c.row).join(_RUNS, _RUNS.c.id == _NODES.c.run_id)
    wanted = (_NODES.c.run_id == run_id, _RUNS.c.workspace_id == workspace_id, _NODES.c.key == key)
    text = (await connection.execute(mine.where(*wanted))).scalar_one_or_none()
    row: NodeRow | None = None if text is None else read(text)
    return row


async def rows_by_key(connection: AsyncConnection, run_id: str, keys: Sequence[str]) -> dict[str, NodeRow]:
    """The recorded rows of some instances; those that are not recorded are missing."""
    found: dict[str, NodeRow] = {}
    for first in range(0, len(keys), _KEYS_AT_ONCE):
        some = _NODES.c.key.in_(keys[first : first + _KEYS_AT_ONCE])
        rows = await connection.execute(select(_NODES.c.key, _NODES.c.row).where(_NODES.c.run_id == run_id, some))
        found.update((row.key, read(row.row)) for row in rows)
    return found


async def open_rows(connection: AsyncConnection, run_id: str) -> list[tuple[int, NodeRow]]:
    """Recorded rows of instances that have not ended, each with the number of its place."""
    wanted = (_NODES.c.run_id == run_id, _NODES.c.status.not_in(NODE_ENDS))
    found = await connection.execute(select(_NODES.c.place, _NODES.c.row).where(*wanted).order_by(_NODES.c.place, _NODES.c.key))
    return [(row.place, read(row.row)) for row in found]


async def places(connection: AsyncConnection, run_id: str, keys: Sequence[str]) -> dict[str, int]:
    """The numbers of the places of those rows that are recorded."""
    found: dict[str, int] = {}
    for first in range(0, len(keys), _KEYS_AT_ONCE):
        some = _NODES.c.key.in_(keys[first : first + _KEYS_AT_ONCE])
        rows = await connection.execute(select(_NODES.c.key, _NODES.c.place).where(_NODES.c.run_id == run_id, some))
        found.update((row.key, row.place) for row in rows)
    return found


async def last_place(connection: AsyncConnection, run_id: str, below: int) -> int:
    """The highest number of a recorded place below a bound; -1 without any."""
    wanted = (_NODES.c.run_id == run_id, _NODES.c.place < below)
    last: int | None = (await connection.execute(select(func.max(_NODES.c.place)).where(*wanted))).scalar_one()
    return -1 if last is None else last


async def events(
    connection: AsyncConnection, workspace_id: str, run_id: str, after_seq: int, limit: int
) -> list[RunEvent]:
    """Recorded events behind a sequence number, in order."""
    mine = select(_EVENTS.c.event).join(_RUNS, _RUNS.c.id == _EVENTS.c.run_id)
    wanted = (_EVENTS.c.run_id == run_id, _RUNS.c.workspace_id == workspace_id, _EVENTS.c.seq > after_seq)
    found = await connection.execute(mine.where(*wanted).order_by(_EVENTS.c.seq).limit(limit))
    return [read(text) for text in found.scalars()]


async def last_seq(connection: AsyncConnection, run_id: str) -> int:
    """The sequence number of the last recorded event; 0 without any."""
    last: int | None = (await connection.execute(select(func.max(_EVENTS.c.seq)).where(_EVENTS.c.run_id == run_id))).scalar_one()
    return last or 0
