"""Records: written once however often they come, and an end is an end."""

from api.store import records, runs
from api.store.database import Database
from api.store.runs import RunRow
from interpreter.protocol import RunRecord
from tests.api.databases import END, START, frame, new_run, node_row, record, workflow, workspace


async def begun(database: Database) -> tuple[str, str]:
    mine = await workspace(database)
    run = new_run(mine, await workflow(database, mine))
    async with database.write() as connection:
        await runs.insert(connection, run)
    return mine, run.id


async def write(database: Database, *told: RunRecord) -> None:
    for one in told:
        async with database.write() as connection:
            await records.write(connection, one)


async def row_of(database: Database, workspace_id: str, run_id: str) -> RunRow:
    async with database.read() as connection:
        row = await runs.get(connection, workspace_id, run_id)
    assert row is not None
    return row


async def test_a_checkpoint_and_the_end_are_found_again(database: Database) -> None:
    mine, run_id = await begun(database)
    first = record(run_id, mine, nodes=[node_row("b", "running"), node_row("a")], order=[1, 0], events=[frame(run_id, 1, "run"), frame(run_id, 2)])
    last = record(
        run_id, mine, status="succeeded", ended_at=END, output={"ok": True}, nodes=[node_row("b")], order=[1], events=[frame(run_id, 3, "end", status="succeeded")]
    )
    await write(database, first, last)
    row = await row_of(database, mine, run_id)
    assert (row.status, row.output, row.error) == ("succeeded", {"ok": True}, None)
    assert row.started_at is not None and row.ended_at is not None
    assert row.started_at.isoformat(timespec="milliseconds") == START.replace("Z", "+00:00")
    async with database.read() as connection:
        nodes = await records.node_rows(connection, mine, run_id, records.BEFORE_ALL, 10)
        frames = await records.events(connection, mine, run_id, 0, 10)
    assert [(place, row["key"], row["status"]) for place, row in nodes] == [(0, "a", "succeeded"), (1, "b", "succeeded")]
    assert [one["seq"] for one in frames] == [1, 2, 3]


async def test_the_same_record_twice_is_one(database: Database) -> None:
    mine, run_id = await begun(database)
    told = record(run_id, mine, status="failed", ended_at=END, nodes=[node_row("a")], order=[0], events=[frame(run_id, 1, "end")])
    await write(database, told, told)
    async with database.read() as connection:
        assert len(await records.node_rows(connection, mine, run_id, records.BEFORE_ALL, 10)) == 1
        assert len(await records.events(connection, mine, run_id, 0, 10)) == 1


async def test_a_late_checkpoint_never_undoes_an_end(database: Database) -> None:
    mine, run_id = await begun(database)
    end = record(run_id, mine, status="succeeded", ended_at=END, output=1, nodes=[node_row("a")], order=[0])
    late = record(run_id, mine, status="running", nodes=[node_row("a", "running")], order=[0])
    other_end = record(run_id, mine, status="failed", ended_at=END, output=2)
    await write(database, end, late, other_end)
    row = await row_of(database, mine, run_id)
    assert (row.status, row.output) == ("succeeded", 1)
    async with database.read() as connection:
        [(_, node)] = await records.node_rows(connection, mine, run_id, records.BEFORE_ALL, 10)
    assert node["status"] == "succeeded"


async def test_a_record_with_a_strange_workspace_changes_no_run(database: Database) -> None:
    mine, run_id = await begun(database)
    other = await workspace(database)
    await write(database, record(run_id, other, status="failed", ended_at=END))
    assert (await row_of(database, mine, run_id)).status == "queued"


async def test_rows_and_events_are_paged_and_belong_to_their_workspace(database: Database) -> None:
    mine, run_id = await begun(database)
    other = await workspace(database)
    count = 25
    rows, order = [node_row(f"n{place}") for place in range(count)], list(range(count))
    await write(database, record(run_id, mine, nodes=rows, order=order, events=[frame(run_id, seq) for seq in range(1, count + 1)]))
    async with database.read() as connection:
        assert [place for place, _ in await records.node_rows(connection, mine, run_id, (9, "~"), 10)] == list(range(10, 20))
        assert [one["seq"] for one in await records.events(connection, mine, run_id, 20, 10)] == [21, 22, 23, 24, 25]
        assert await records.node_rows(connection, other, run_id, records.BEFORE_ALL, 10) == []
        assert await records.events(connection, other, run_id, 0, 10) == []


async def test_a_record_of_a_thousand_nodes_is_written_at_once(database: Database) -> None:
    mine, run_id = await begun(database)
    count = 1_500
    rows = [node_row(f"n{place}") for place in range(count)]
    frames = [frame(run_id, seq) for seq in range(1, 2 * count + 1)]
    await write(database, record(run_id, mine, nodes=rows, order=list(range(count)), events=frames))
    async with database.read() as connection:
        assert len(await records.node_rows(connection, mine, run_id, records.BEFORE_ALL, 5_000)) == count
        assert len(await records.events(connection, mine, run_id, 0, 5_000)) == 2 * count


async def test_the_rows_of_a_batch_say_nothing_of_the_run(database: Database) -> None:
    mine, run_id = await begun(database)
    batch = record(run_id, mine, batch=True, status="failed", nodes=[node_row("each#0")], order=[10_000_000], events=[frame(run_id, 1, "end")])
    await write(database, record(run_id, mine, status="waiting"), batch)
    assert (await row_of(database, mine, run_id)).status == "waiting"
    async with database.read() as connection:
        assert len(await records.node_rows(connection, mine, run_id, records.BEFORE_ALL, 10)) == 1
        assert await records.events(connection, mine, run_id, 0, 10) == []


async def test_a_run_waits_is_paused_answers_and_goes_on(database: Database) -> None:
    mine, run_id = await begun(database)
    await write(database, record(run_id, mine, status="waiting", attention="paused"))
    row = await row_of(database, mine, run_id)
    assert (row.status, row.attention, row.response) == ("waiting", "paused", None)
    await write(database, record(run_id, mine, status="running", response={"output": 1, "status": 200, "headers": {}}))
    row = await row_of(database, mine, run_id)
    assert (row.status, row.attention, row.response) == ("running", None, {"output": 1, "status": 200, "headers": {}})
    await write(database, record(run_id, mine, status="succeeded", ended_at=END))
    assert (await row_of(database, mine, run_id)).response == {"output": 1, "status": 200, "headers": {}}
