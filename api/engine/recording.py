"""The record activity, served by the API's own process since only it has the database."""

from collections.abc import Callable
from typing import Any

from temporalio import activity

from api.engine.ends import RunEnds
from api.store import records
from api.store.database import Database
from interpreter.protocol import RECORD_ACTIVITY, RunRecord


def record_activity(database: Database, ends: RunEnds, follow_up: Callable[[str], None]) -> Callable[..., Any]:
    """Writes a checkpoint or the end of a run; the same record twice is one.

    `follow_up` is told of ends that others may have to hear of, after the commit; it must not make the record wait.
    """

    @activity.defn(name=RECORD_ACTIVITY)
    async def record(told: RunRecord) -> None:
        async with database.write() as connection:
            await records.write(connection, told)
        if told.ended_at is not None:
            ends.announce(told.run_id)
            # Nobody waits for most ends, and nobody has to be asked whether somebody does.
            if told.caller is not None or told.status in ("failed", "timed_out"):
                follow_up(told.run_id)

    return record
