"""Rows of runs: accepted once, started once, ended once."""

import asyncio
from datetime import UTC, datetime, timedelta

from api.store import runs
from api.store.database import Database
from api.store.run_list import RunFilter, list_runs
from api.store.runs import InsertedRun, NewRun
from interpreter.plan import plan_hash
from tests.api.databases import PLAN, new_run, workflow, workspace


async def inserted(database: Database, run: NewRun) -> InsertedRun:
    async with database.write() as connection:
        return await runs.insert(connection, run)


async def status_of(database: Database, run: NewRun) -> str:
    async with database.read() as connection:
        row = await runs.get(connection, run.workspace_id, run.id)
    assert row is not None
    return row.status


async def test_a_new_run_is_queued_and_found_in_its_workspace_only(database: Database) -> None:
    mine, other = await workspace(database), await workspace(database)
    run = new_run(mine, await workflow(database, mine))
    assert await inserted(database, run) == InsertedRun(run.id, created=True, conflict=False)
    async with database.read() as connection:
        row = await runs.get(connection, mine, run.id)
        assert await runs.get(connection, other, run.id) is None
    assert row is not None and (row.status, row.input, row.trigger) == ("queued", run.input, run.trigger)
    assert row.created_at == run.created_at and row.started_at is None


async def test_the_same_key_with_the_same_request_finds_the_first_run(database: Database) -> None:
    mine = await workspace(database)
    workflow_id = await workflow(database, mine)
    first = new_run(mine, workflow_id, idempotency_key="k", request_hash="a")
    await inserted(database, first)
    again = await inserted(database, new_run(mine, workflow_id, idempotency_key="k", request_hash="a"))
    assert again == InsertedRun(first.id, created=False, conflict=False)
    changed = await inserted(database, new_run(mine, workflow_id, idempotency_key="k", request_hash="b"))
    assert changed == InsertedRun(first.id, created=False, conflict=True)


async def test_a_key_belongs_to_one_workflow_of_one_workspace(database: Database) -> None:
    mine, other = await workspace(database), await workspace(database)
    one, two = await workflow(database, mine), await workflow(database, mine)
    theirs = await workflow(database, other)
    for workspace_id, workflow_id in ((mine, one), (mine, two), (other, theirs)):
        run = new_run(workspace_id, workflow_id, idempotency_key="same", request_hash="a")
        assert (await inserted(database, run)).created


async def test_fifty_writers_with_one_key_begin_one_run(database: Database) -> None:
    mine = await workspace(database)
    workflow_id = await workflow(database, mine)
    wanted = [new_run(mine, workflow_id, idempotency_key="one", request_hash="a") for _ in range(50)]
    found = await asyncio.gather(*(inserted(database, run) for run in wanted))
    assert len({one.run_id for one in found}) == 1
    assert sum(one.created for one in found) == 1 and not any(one.conflict for one in found)


async def test_runs_without_a_key_never_collide(database: Database) -> None:
    mine = await workspace(database)
    workflow_id = await workflow(database, mine)
    found = [await inserted(database, new_run(mine, workflow_id)) for _ in range(3)]
    assert all(one.created for one in found)


async def test_a_run_starts_once_and_a_later_start_changes_nothing(database: Database) -> None:
    mine = await workspace(database)
    run = new_run(mine, await workflow(database, mine))
    await inserted(database, run)
    first = datetime(2026, 1, 1, tzinfo=UTC)
    async with database.write() as connection:
        await runs.mark_started(connection, run.id, first)
        await runs.mark_started(connection, run.id, first + timedelta(hours=1))
    async with database.read() as connection:
        row = await runs.get(connection, mine, run.id)
    assert row is not None and (row.status, row.started_at) == ("running", first)


async def test_what_was_not_started_is_found_by_its_age(database: Database) -> None:
    mine = await workspace(database)
    workflow_id = await workflow(database, mine)
    now = datetime.now(UTC)
    old = new_run(mine, workflow_id, created_at=now - timedelta(minutes=5))
    older = new_run(mine, workflow_id, created_at=now - timedelta(minutes=9))
    begun = new_run(mine, workflow_id, created_at=now - timedelta(minutes=7))
    for run in (old, older, begun, new_run(mine, workflow_id, created_at=now)):
        await inserted(database, run)
    async with database.write() as connection:
        await runs.mark_started(connection, begun.id, now - timedelta(minutes=7))
    async with database.read() as connection:
        left = await runs.not_started(connection, now - timedelta(minutes=1), 10)
        open_ones = await runs.open_runs(connection, now - timedelta(minutes=1), 10)
        assert [run.id for run in await runs.not_started(connection, now, 1)] == [older.id]
    assert [run.id for run in left] == [older.id, old.id]
    assert [run.id for run in open_ones] == [begun.id]


async def test_the_start_payload_holds_all_that_a_start_needs(database: Database) -> None:
    mine = await workspace(database)
    run = new_run(mine, await workflow(database, mine))
    await inserted(database, run)
    async with database.read() as connection:
        payload = await runs.start_payload(connection, run.id)
        assert await runs.start_payload(connection, "nobody") is None
    assert payload is not None
    assert (payload.plan_text, payload.plan_hash, payload.input) == (PLAN, plan_hash(PLAN), run.input)
    assert (payload.workspace_id, payload.workflow_id, payload.version) == (mine, run.workflow_id, 1)


async def test_a_list_is_paged_from_the_newest_without_gaps(database: Database) -> None:
    mine, other = await workspace(database), await workspace(database)
    workflow_id = await workflow(database, mine)
    at = datetime.now(UTC)
    # Pairs of one time: the id decides between them.
    made = [new_run(mine, workflow_id, created_at=at + timedelta(seconds=number // 2)) for number in range(7)]
    for run in (*made, new_run(other, await workflow(database, other))):
        await inserted(database, run)
    seen: list[str] = []
    before: tuple[datetime, str] | None = None
    async with database.read() as connection:
        while page := await list_runs(connection, mine, RunFilter(), before, 3):
            seen += [run.id for run in page]
            before = (page[-1].created_at, page[-1].id)
    assert seen == [run.id for run in sorted(made, key=lambda run: (run.created_at, run.id), reverse=True)]


async def test_a_list_is_narrowed_by_each_filter(database: Database) -> None:
    mine = await workspace(database)
    one, two = await workflow(database, mine), await workflow(database, mine)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    first = new_run(mine, one, created_at=at, workflow_name="100% Sync_up")
    second = new_run(mine, two, created_at=at + timedelta(days=1), trigger={"kind": "schedule"})
    for run in (first, second):
        await inserted(database, run)
    async with database.write() as connection:
        await runs.mark_started(connection, second.id, at)
    cases = {
        RunFilter(): {first.id, second.id},
        RunFilter(workflow_id=one): {first.id},
        RunFilter(status=("running",)): {second.id},
        RunFilter(trigger="schedule"): {second.id},
        RunFilter(since=at + timedelta(hours=1)): {second.id},
        RunFilter(until=at + timedelta(hours=1)): {first.id},
        RunFilter(text="0% sync_UP"): {first.id},
        RunFilter(text="%"): {first.id},
        RunFilter(text="'; DROP TABLE runs; --"): set(),
        RunFilter(text=second.id[-10:]): {second.id},
    }
    async with database.read() as connection:
        for wanted, expected in cases.items():
            assert {run.id for run in await list_runs(connection, mine, wanted, None, 10)} == expected, wanted
