"""Closes a run that ended in Temporal without a record of its end, as if it had recorded it itself.

What it knew beyond its last checkpoint is asked of it once more: Temporal answers queries of an ended
run too, as long as a worker is there. Whatever was open in it ends as cancelled.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from temporalio.client import Client, RPCError, WorkflowQueryFailedError

from api.engine.live_nodes import live_nodes, placed
from api.engine.times import now, shown
from api.store import records, runs
from api.store.database import Database
from api.store.runs import RunRow
from interpreter.protocol import EVENTS_QUERY, NODE_ENDS, RUN_ENDS, ErrorValue, NodeRow, RunEvent, RunRecord, RunStatus

_QUERY_SECONDS = timedelta(seconds=3)


async def close_from_outside(client: Client, database: Database, run: RunRow, status: RunStatus, error: ErrorValue) -> None:
    """Records the end; one that stands is never overwritten, and doing it twice does no harm."""
    await _cancel_batches(client, run.id)
    live = await live_nodes(client, run.id) or []
    async with database.read() as connection:
        rows = {row["key"]: (number, row) for number, row in await records.open_rows(connection, run.id)}
        rows |= {row["key"]: (number, row) for number, row in await placed(connection, run, live)}
        recorded = await records.last_seq(connection, run.id)
    news = await _events_after(client, run.id, recorded)
    at = now()
    cancelled = [_cancelled(row, at) for _, row in rows.values() if row["status"] not in NODE_ENDS]
    ended = {row["key"]: row for row in cancelled}
    ends = _ends(run.id, news[-1]["seq"] if news else recorded, at, cancelled, status)
    record = RunRecord(
        run_id=run.id,
        workspace_id=run.workspace_id,
        status=status,
        started_at=shown(run.started_at) or at,
        ended_at=at,
        output=None,
        error=error,
        nodes=[ended.get(key, row) for key, (_, row) in rows.items()],
        order=[number for number, _ in rows.values()],
        events=[*news, *ends],
    )
    async with database.write() as connection:
        known = await runs.get(connection, run.workspace_id, run.id)
        if known is not None and known.status not in RUN_ENDS:
            await records.write(connection, record)


async def _cancel_batches(client: Client, run_id: str) -> None:
    """The batches of its large maps are executions of their own, which nobody else would tell."""
    # Refused, the run or the batch has gone.
    with suppress(RPCError):
        described = await client.get_workflow_handle(run_id).describe(rpc_timeout=_QUERY_SECONDS)
        for batch in described.raw_description.pending_children:
            with suppress(RPCError):
                await client.get_workflow_handle(batch.workflow_id).cancel(rpc_timeout=_QUERY_SECONDS)


async def _events_after(client: Client, run_id: str, recorded: int) -> list[RunEvent]:
    """The events that follow the recorded ones, without a gap; none when no worker answers."""
    handle = client.get_workflow_handle(run_id)
    try:
        told = await handle.query(EVENTS_QUERY, recorded, result_type=dict, rpc_timeout=_QUERY_SECONDS)
    except (RPCError, WorkflowQueryFailedError):
        return []
    news: list[RunEvent] = told["events"]
    return news if news and news[0]["seq"] == recorded + 1 else []


def _cancelled(row: NodeRow, at: str) -> NodeRow:
    return {**row, "status": "cancelled", "ended_at": at}


def _ends(run_id: str, last: int, at: str, cancelled: list[NodeRow], status: RunStatus) -> Iterator[RunEvent]:
    for seq, row in enumerate(cancelled, last + 1):
        yield {
            "seq": seq, "at": at, "run_id": run_id, "event": "node",
            "node_id": row["node_id"], "key": row["key"], "status": "cancelled", "attempt": row["attempt"],
        }  # fmt: skip
    yield {"seq": last + len(cancelled) + 1, "at": at, "run_id": run_id, "event": "end", "status": status}
