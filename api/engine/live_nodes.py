"""The node rows that a run itself knows: the machine's own, with the attempts that Temporal counts."""

from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError

from api.engine.live_attempts import told_attempts
from api.store import plans, records
from api.store.database import Connection
from api.store.runs import RunRow
from interpreter.machine.state import NEVER_STARTED
from interpreter.plan import Plan
from interpreter.protocol import NODE_QUERY, NODES_QUERY, PROGRESS_QUERY, NodeRow

Placed = tuple[int, NodeRow]
"""A row with the number of its place."""
_QUERY_SECONDS = timedelta(seconds=3)
_BATCHES = 10_000_000
"""From here on stand the rows of a large map's batches, which number theirs by themselves."""


async def live_nodes(client: Client, run_id: str) -> list[NodeRow] | None:
    """The rows, or None when no worker answers for the run."""
    handle = client.get_workflow_handle(run_id)
    try:
        rows: list[NodeRow] = await handle.query(NODES_QUERY, result_type=list, rpc_timeout=_QUERY_SECONDS)
        described = await handle.describe(rpc_timeout=_QUERY_SECONDS)
    except (RPCError, WorkflowQueryFailedError):
        return None
    pending = {one.activity_id: one for one in described.raw_description.pending_activities}
    return [_with_attempts(row, pending.get(row["key"])) for row in rows]


async def live_node(client: Client, run_id: str, key: str) -> NodeRow | None:
    """One row with all that is known of its attempts, or None when no worker answers for the run, or it knows of none."""
    handle = client.get_workflow_handle(run_id)
    try:
        row: NodeRow | None = await handle.query(NODE_QUERY, key, result_type=dict, rpc_timeout=_QUERY_SECONDS)
        described = await handle.describe(rpc_timeout=_QUERY_SECONDS)
    except (RPCError, WorkflowQueryFailedError):
        return None
    if row is None:
        return None
    pending = next((one for one in described.raw_description.pending_activities if one.activity_id == key), None)
    known = {one["number"]: one for one in row.get("attempts", [])}
    known |= {one["number"]: one for one in (await told_attempts(client, described)).get(key, [])}
    return {**_with_attempts(row, pending), "attempts": [known[number] for number in sorted(known)]}


async def live_progress(client: Client, run_id: str) -> tuple[int, int] | None:
    """Node instances that have ended and those that are known of, or None when no worker answers for the run."""
    handle = client.get_workflow_handle(run_id)
    try:
        ended, known = await handle.query(PROGRESS_QUERY, result_type=list, rpc_timeout=_QUERY_SECONDS)
    except (RPCError, WorkflowQueryFailedError):
        return None
    return ended, known


def _with_attempts(row: NodeRow, pending: Any) -> NodeRow:
    """While Temporal retries, history says nothing: only the pending activity knows the attempt."""
    if pending is None or row["status"] != "running":
        return row
    waits = pending.state == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED and pending.attempt > 1
    return {**row, "attempt": max(row["attempt"], pending.attempt), "status": "retrying" if waits else "running"}


async def placed(connection: Connection, run: RunRow, live: list[NodeRow]) -> list[Placed]:
    """Live rows with the places that the record will give them: those not recorded yet continue its numbers."""
    known = await records.places(connection, run.id, [row["key"] for row in live])
    following = await records.last_place(connection, run.id, _BATCHES) + 1
    text = await plans.get(connection, run.workspace_id, run.plan_hash)
    index_by_id = Plan.of(text).index_by_id if text is not None else {}
    found: list[Placed] = []
    for row in live:
        if row["started_at"] is None and row["status"] in ("pending", "cancelled"):
            number = NEVER_STARTED + index_by_id.get(row["node_id"], 0)
        elif (number := known.get(row["key"], NEVER_STARTED)) >= NEVER_STARTED:
            number, following = following, following + 1
        found.append((number, row))
    return found
