"""Who may begin, and whose turn it is, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.store import admission, admission_turns, runs
from api.store.admission import Entry
from api.store.database import Database
from api.store.runs import InsertedRun, RunRow
from tests.api.databases import new_run, workflow, workspace

BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Door:
    """Lets runs of one workflow in, each a second younger than the one before."""

    def __init__(self, database: Database, workspace_id: str, workflow_id: str) -> None:
        self.database, self.workspace_id, self.workflow_id = database, workspace_id, workflow_id
        self.count = 0

    @classmethod
    async def of(cls, database: Database) -> "Door":
        workspace_id = await workspace(database)
        return cls(database, workspace_id, await workflow(database, workspace_id))

    async def enter(self, policy: str = "queue", limit: int = 1, slot: str | None = "one", is_full: bool = False, **more: Any) -> InsertedRun:
        self.count += 1
        run = new_run(self.workspace_id, self.workflow_id, created_at=BEGAN + timedelta(seconds=self.count), **more)
        name = None if slot is None else f"{self.workflow_id}:{slot}"
        async with self.database.write() as connection:
            return await admission.enter(connection, run, Entry(name, limit, policy, by_key=True, is_full=is_full))

    async def row(self, run_id: str) -> RunRow:
        async with self.database.read() as connection:
            found = await runs.get(connection, self.workspace_id, run_id)
        assert found is not None
        return found

    async def end(self, run_id: str) -> None:
        async with self.database.write() as connection:
            await runs.mark_started(connection, run_id, BEGAN)
            table = admission._RUNS
            await connection.execute(table.update().where(table.c.id == run_id).values(status="succeeded", ended_at=BEGAN))

    async def turn(self, room: int = 100) -> list[str]:
        async with self.database.write() as connection:
            return await admission_turns.admit(connection, room)


@pytest.fixture
async def door(database: Database) -> Door:
    return await Door.of(database)


async def test_a_run_above_the_limit_waits_and_follows_in_order(door: Door) -> None:
    first, second, third = [await door.enter() for _ in range(3)]
    assert (first.admitted, second.admitted, third.admitted) == (True, False, False)
    async with door.database.read() as connection:
        assert await admission.position(connection, third.run_id) == ("key_limit", 1)
    assert await door.turn() == []
    await door.end(first.run_id)
    assert await door.turn() == [second.run_id]
    assert await door.turn() == []


async def test_another_key_has_a_slot_of_its_own(door: Door) -> None:
    assert [(await door.enter(slot=slot)).admitted for slot in ("a", "b", "a")] == [True, True, False]


async def test_nobody_overtakes_those_who_wait(door: Door) -> None:
    first = await door.enter()
    second = await door.enter()
    await door.end(first.run_id)
    assert (await door.enter()).admitted is False
    assert (await door.turn())[0] == second.run_id


async def test_skip_ends_the_new_run_at_once_and_says_why(door: Door) -> None:
    await door.enter("skip")
    skipped = await door.enter("skip")
    row = await door.row(skipped.run_id)
    assert (row.status, row.error and row.error["name"], row.ended_at is not None) == ("cancelled", "Skipped", True)
    assert await door.turn() == []


async def test_cancel_older_stops_the_oldest_and_ends_what_waits(door: Door) -> None:
    first = await door.enter("cancel_older")
    second = await door.enter("cancel_older")
    assert second.superseded == (first.run_id,) and not second.admitted
    third = await door.enter("cancel_older")
    assert (await door.row(second.run_id)).status == "cancelled"
    await door.end(first.run_id)
    assert await door.turn() == [third.run_id]


async def test_coalesce_answers_with_the_run_that_waits_and_takes_the_newer_input(door: Door) -> None:
    await door.enter("coalesce")
    waits = await door.enter("coalesce", input={"n": 1})
    same = await door.enter("coalesce", input={"n": 2})
    assert (same.run_id, same.created) == (waits.run_id, False)
    assert (await door.row(waits.run_id)).input == {"n": 2}


async def test_the_same_idempotency_key_is_the_same_run_also_while_it_waits(door: Door) -> None:
    await door.enter()
    told = {"idempotency_key": "once", "request_hash": "h"}
    one, two = await door.enter(**told), await door.enter(**told)
    assert (one.run_id, two.created) == (two.run_id, False)


async def test_priority_comes_first_then_the_workspace_with_the_fewest_in_flight(database: Database) -> None:
    busy, calm = await Door.of(database), await Door.of(database)
    for _ in range(2):
        await busy.enter(slot=None)
    waiting = [await busy.enter(slot=None, is_full=True) for _ in range(3)]
    late = await calm.enter(slot=None, is_full=True)
    urgent = await busy.enter(slot=None, is_full=True, priority=-1)
    assert await busy.turn(3) == [urgent.run_id, late.run_id, waiting[0].run_id]


async def test_full_slots_do_not_hide_what_stands_behind_them(door: Door) -> None:
    await door.enter(slot="full")
    for _ in range(250):
        await door.enter(slot="full")
    other = await door.enter(slot=None, is_full=True)
    assert await door.turn() == [other.run_id]


async def test_a_run_that_waits_is_cancelled_at_once(door: Door) -> None:
    await door.enter()
    waits = await door.enter()
    async with door.database.write() as connection:
        assert await admission.end_waiting(connection, waits.run_id, BEGAN, None)
        assert not await admission.end_waiting(connection, waits.run_id, BEGAN, None)
    assert (await door.row(waits.run_id)).status == "cancelled"


