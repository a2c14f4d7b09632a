"""Puts right what a crash left behind: runs never started, ends from outside, ends that nobody was told of."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client, RPCError, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCStatusCode

from activities.kit.keys import KeyRing
from api.engine.admitting import Admission
from api.engine.cancelling import cancel_in_temporal
from api.engine.closing import close_from_outside
from api.engine.ends import RunEnds
from api.engine.errors import TemporalAway
from api.engine.following_up import FollowUps
from api.engine.stalled import note_stall
from api.engine.starting import start_execution
from api.store import runs
from api.store.database import Database
from api.store.runs import RunRow
from interpreter.protocol import ErrorValue, RunStatus

_START_AFTER = timedelta(seconds=5)
"""Younger rows are being started by whoever wrote them."""
_CLOSE_AFTER = timedelta(seconds=30)
_PAUSE_SECONDS = 3.0
_AT_ONCE = 100

_FROM_OUTSIDE: dict[WorkflowExecutionStatus, tuple[RunStatus, str, str]] = {
    WorkflowExecutionStatus.TERMINATED: ("failed", "Terminated", "the run was terminated in Temporal"),
    WorkflowExecutionStatus.TIMED_OUT: ("timed_out", "RunTimeout", "Temporal ended the run by a timeout"),
    WorkflowExecutionStatus.CANCELED: ("cancelled", "Cancelled", "the run was cancelled in Temporal"),
    WorkflowExecutionStatus.FAILED: ("failed", "RunFailed", "the run failed in Temporal before it was recorded"),
}


class Reconciler:
    """Works through the open rows, again and again."""

    def __init__(
        self, database: Database, ring: KeyRing, ends: RunEnds, follow_ups: FollowUps, admission: Admission, public_url: str
    ) -> None:
        self._database = database
        self._ring = ring
        self._public_url = public_url
        self._ends = ends
        self._follow_ups = follow_ups
        self._admission = admission
        self._after = ""
        """Where the next round of closing goes on, so that long runs do not hide the others."""

    async def run(self, client: Client) -> None:
        """Until cancelled; a failing round is tried again with the next."""
        log = structlog.get_logger("reconciler")
        while True:
            try:
                await self._admission.turn()
                await self.start_what_was_left(client)
                await self.cancel_what_was_told(client)
                await self.close_what_has_ended(client)
                await self._follow_ups.of_all(datetime.now(UTC) - _START_AFTER)
            except Exception as error:
                # Whatever it was (database or Temporal away), the rows are still there in the next round.
                log.warning("a round failed", error=f"{type(error).__name__}: {error}"[:300])
            await asyncio.sleep(_PAUSE_SECONDS)

    async def start_what_was_left(self, client: Client) -> None:
        async with self._database.read() as connection:
            left = await runs.not_started(connection, datetime.now(UTC) - _START_AFTER, _AT_ONCE)
        for run in left:
            async with self._database.read() as connection:
                payload = await runs.start_payload(connection, run.id)
            if payload is None:
                continue
            try:
                await start_execution(client, self._ring, payload, self._public_url)
            except TemporalAway:
                return
            async with self._database.write() as connection:
                await runs.mark_started(connection, run.id, datetime.now(UTC))
                cancelled = await runs.cancel_is_requested(connection, run.id)
            if cancelled:
                await cancel_in_temporal(client, run.id)

    async def cancel_what_was_told(self, client: Client) -> None:
        """A crash may have come between the row and Temporal; telling a run twice does no harm."""
        async with self._database.read() as connection:
            told = await runs.told_to_cancel(connection, _AT_ONCE)
        for run_id in told:
            await cancel_in_temporal(client, run_id)

    async def close_what_has_ended(self, client: Client) -> None:
        async with self._database.read() as connection:
            open_runs = await runs.open_runs(connection, datetime.now(UTC) - _CLOSE_AFTER, _AT_ONCE, self._after)
        self._after = open_runs[-1].id if len(open_runs) == _AT_ONCE else ""
        for run in open_runs:
            described = await _described(client, run)
            end = _end_in_temporal(described)
            if end is not None:
                await close_from_outside(client, self._database, run, *end)
                self._ends.announce(run.id)
                await self._follow_ups.of_run(run.id)
            elif described is not None and described.status == WorkflowExecutionStatus.RUNNING:
                await note_stall(client, self._database, run, described)


async def _described(client: Client, run: RunRow) -> WorkflowExecutionDescription | None:
    """What Temporal says of a run; None when it does not know it."""
    try:
        return await client.get_workflow_handle(run.id).describe()
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
        return None


def _end_in_temporal(described: WorkflowExecutionDescription | None) -> tuple[RunStatus, ErrorValue] | None:
    """How the run ended there; None while it is open, or completed (then its record was written before)."""
    if described is None:
        return "failed", _error("RunLost", "Temporal does not know the run any more")
    if described.status is None or described.status not in _FROM_OUTSIDE:
        return None
    status, name, message = _FROM_OUTSIDE[described.status]
    return status, _error(name, message)


def _error(name: str, message: str) -> ErrorValue:
    return {"name": name, "message": message, "node_id": None, "key": None, "attempts": 1, "retryable": False}
