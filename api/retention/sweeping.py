"""Deletes what has been kept long enough, workflow by workflow, a little at a time and again and again."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog

from activities.kit.object_stores import StoreAway
from activities.kit.payload_storage import PayloadStorage
from api.retention.policy import Retention
from api.store import results, retention
from api.store.database import Database
from api.store.retention import CALM, FAILED, DueRun

_PAUSE_SECONDS = 60.0
_WORKFLOWS_AT_ONCE = 200
_RUNS_AT_ONCE = 100
_MEGABYTE = 1024 * 1024


async def delete_run(database: Database, storage: PayloadStorage, workspace_id: str, run_id: str) -> None:
    """Deletes a run with its files. Raises `OSError` or `StoreAway` when the files can't be deleted: then it stays.

    The files go first: a crash in between leaves a row that is found again, and never files that nobody knows.
    """
    await asyncio.to_thread(storage.of_run(workspace_id, run_id).delete)
    async with database.write() as connection:
        await retention.delete_rows(connection, run_id)


class Sweeper:
    """One of every API process; two that meet do no harm."""

    def __init__(self, database: Database, storage: PayloadStorage, default: Retention) -> None:
        self._database = database
        self._storage = storage
        self._default = default

    async def run(self) -> None:
        """Until cancelled; a failing round is tried again with the next."""
        while True:
            try:
                await self.sweep(datetime.now(UTC))
            except Exception as error:
                # Whatever it was (database or storage away), what is due still is in the next round.
                told = f"{type(error).__name__}: {error}"[:300]
                structlog.get_logger("retention").warning("a round failed", error=told)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def sweep(self, now: datetime) -> int:
        """One round over all workflows; how many runs it deleted."""
        async with self._database.write() as connection:
            await results.forget_expired(connection, now)
        deleted, after = 0, ""
        while True:
            async with self._database.read() as connection:
                page = await retention.workflows_after(connection, after, _WORKFLOWS_AT_ONCE)
            for one in page:
                policy = self._default.narrowed(one.workspace_settings.get("retention", {})).narrowed(one.retention)
                deleted += await self._sweep_workflow(one.id, policy, now)
            if len(page) < _WORKFLOWS_AT_ONCE:
                return deleted
            after = page[-1].id

    async def _sweep_workflow(self, workflow_id: str, policy: Retention, now: datetime) -> int:
        deleted = 0
        for days, statuses in ((policy.days, CALM), (policy.failed_days, FAILED)):
            if days is None:
                continue
            async with self._database.read() as connection:
                before = now - timedelta(days=days)
                due = await retention.ended_before(connection, workflow_id, statuses, before, _RUNS_AT_ONCE)
            deleted += await self._delete(due)
        if policy.megabytes is not None:
            deleted += await self._sweep_size(workflow_id, policy.megabytes * _MEGABYTE)
        return deleted

    async def _sweep_size(self, workflow_id: str, most: int) -> int:
        """The oldest give way; those that failed are kept longest."""
        async with self._database.read() as connection:
            surplus = await retention.stored_bytes(connection, workflow_id) - most
        deleted = 0
        for statuses in (CALM, FAILED):
            if surplus <= 0:
                break
            async with self._database.read() as connection:
                found = await retention.oldest(connection, workflow_id, statuses, _RUNS_AT_ONCE)
            due: list[DueRun] = []
            for one in found:
                if surplus <= 0:
                    break
                due.append(one)
                surplus -= one.stored_bytes
            deleted += await self._delete(due)
        return deleted

    async def _delete(self, due: Sequence[DueRun]) -> int:
        deleted = 0
        for one in due:
            try:
                await delete_run(self._database, self._storage, one.workspace_id, one.id)
                deleted += 1
            except (OSError, StoreAway) as error:
                told = f"{type(error).__name__}: {error}"[:300]
                structlog.get_logger("retention").warning("a run could not be deleted yet", run_id=one.id, error=told)
        return deleted
