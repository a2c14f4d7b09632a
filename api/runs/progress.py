"""How far a run is, and how long it is likely to take."""

from datetime import UTC, datetime

from api.kit.services import Services
from api.store import run_times
from api.store.runs import RunRow
from interpreter.json_value import JsonObject
from interpreter.protocol import RUN_ENDS


async def progress_of(services: Services, run: RunRow) -> JsonObject:
    """`{done, total, usual_ms, left_ms}`: instances of nodes; times by earlier runs of the workflow."""
    live = await services.engine.live_progress(run) if run.status not in RUN_ENDS else None
    async with services.database.read() as connection:
        done, total = live or await run_times.recorded_progress(connection, run.id)
        usual = await run_times.usual_ms(connection, run.workspace_id, run.workflow_id)
    return {"done": done, "total": total, "usual_ms": usual, "left_ms": _left(run, usual)}


def _left(run: RunRow, usual: int | None) -> int | None:
    """None where nothing can be said, also of a run that takes longer than it should."""
    if usual is None or run.started_at is None or run.status in RUN_ENDS:
        return None
    left = usual - round((datetime.now(UTC) - run.started_at).total_seconds() * 1000)
    return left if left > 0 else None
