"""How long runs usually take, and how much of one is recorded."""

from datetime import datetime, timedelta

from api.store import records
from api.store.database import Database
from api.store.run_times import recorded_progress, usual_ms
from tests.api.databases import END, frame, new_run, node_row, record, workflow, workspace
from tests.api.store.test_runs import inserted


async def ended(database: Database, workspace_id: str, workflow_id: str, seconds: float, status: str = "succeeded", parent: str | None = None) -> str:
    run = new_run(workspace_id, workflow_id, parent_run_id=parent)
    await inserted(database, run)
    began = (datetime.fromisoformat(END) - timedelta(seconds=seconds)).isoformat()
    nodes = [node_row("a"), node_row("b", "running")]
    told = record(run.id, workspace_id, status=status, started_at=began, ended_at=END, nodes=nodes, order=[0, 1], events=[frame(run.id, 1, "end")])
    async with database.write() as connection:
        await records.write(connection, told)
    return run.id


async def test_the_usual_time_is_the_median_of_whole_runs_that_succeeded(database: Database) -> None:
    workspace_id = await workspace(database)
    mine, other = await workflow(database, workspace_id), await workflow(database, workspace_id)
    first = await ended(database, workspace_id, mine, 10)
    await ended(database, workspace_id, mine, 1, "failed")
    await ended(database, workspace_id, mine, 1, parent=first)
    await ended(database, workspace_id, mine, 30)
    await ended(database, workspace_id, other, 1)
    async with database.read() as connection:
        assert await usual_ms(connection, workspace_id, mine) is None, "two are too few"
    await ended(database, workspace_id, mine, 12)
    async with database.read() as connection:
        assert await usual_ms(connection, workspace_id, mine) == 12_000
        assert await usual_ms(connection, "another", mine) is None


async def test_the_recorded_progress_counts_what_has_ended(database: Database) -> None:
    workspace_id = await workspace(database)
    run_id = await ended(database, workspace_id, await workflow(database, workspace_id), 1)
    async with database.read() as connection:
        assert await recorded_progress(connection, run_id) == (1, 2)
        assert await recorded_progress(connection, "nobody") == (0, 0)
