"""The node rows of a run that is not over: the machine's own, with the attempts that Temporal counts."""

from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError

from interpreter.protocol import NODES_QUERY, NodeRow

_QUERY_SECONDS = timedelta(seconds=3)


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


def _with_attempts(row: NodeRow, pending: Any) -> NodeRow:
    """While Temporal retries, history says nothing: only the pending activity knows the attempt."""
    if pending is None or row["status"] != "running":
        return row
    waits = pending.state == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED and pending.attempt > 1
    return {**row, "attempt": max(row["attempt"], pending.attempt), "status": "retrying" if waits else "running"}
