"""The list of runs: what each filter finds, and that a hundred thousand runs are searched in a moment."""

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from api.store import records, search
from api.store.database import Database
from api.store.run_list import RunFilter, count_runs, list_runs
from api.store.tables import Run
from api.store.upserts import table_of
from tests.api.databases import END, frame, new_run, node_row, record, workflow, workspace
from tests.api.store.test_runs import inserted
from tests.pace import SLOWED

MANY = 100_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
MOST_SECONDS = 0.2 * SLOWED
BROKEN = {"name": "HttpError", "message": "shop.example answered 418", "node_id": "call", "key": "call", "attempts": 3, "retryable": False}


class Recorded:
    """Runs of one workflow, ended by a record as a run would."""

    def __init__(self, database: Database, workspace_id: str, workflow_id: str) -> None:
        self.database, self.workspace_id, self.workflow_id = database, workspace_id, workflow_id

    async def run(self, told: dict[str, Any] | None = None, **more: Any) -> str:
        run = new_run(self.workspace_id, self.workflow_id, **more)
        await inserted(self.database, run)
        ended = {"status": "succeeded", "ended_at": END, "events": [frame(run.id, 1)], **(told or {})}
        async with self.database.write() as connection:
            await records.write(connection, record(run.id, self.workspace_id, **ended))
        return run.id

    async def found(self, **wanted: Any) -> set[str]:
        async with self.database.read() as connection:
            return {run.id for run in await list_runs(connection, self.workspace_id, RunFilter(**wanted), None, 100)}


@pytest.fixture
async def recorded(database: Database) -> Recorded:
    workspace_id = await workspace(database)
    return Recorded(database, workspace_id, await workflow(database, workspace_id))


async def test_words_of_errors_logs_keys_and_searchable_outputs_find_a_run(recorded: Recorded) -> None:
    lines = [frame("x", 1), frame("x", 2, "log", key="call", message="Größe der Bestellung: 4711 Stück", level="info")]
    failed = await recorded.run({"status": "failed", "error": BROKEN, "nodes": [node_row("call", "failed", error=BROKEN)], "order": [0]})
    logged = await recorded.run({"events": lines})
    keyed = await recorded.run(business_key="order A-77")
    shown = await recorded.run({"output": {"order": {"id": "Zebra-9", "hidden": "canary"}}}, searchable=("order.id",))
    cases = {
        "418": {failed}, "httperr": {failed}, "shop.example": {failed}, '"answered 418"': {failed}, '"418 answered"': set(),
        "GRÖSSE": set(), "größe": {logged}, "bestell 4711": {logged}, "a-77": {keyed}, "zebra": {shown}, "canary": set(),
        "order sync": {failed, logged, keyed, shown}, "nothing of it": set(), failed[-12:]: {failed},
    }  # fmt: skip
    for asked, expected in cases.items():
        assert await recorded.found(text=asked) == expected, asked


async def test_no_text_breaks_the_query(recorded: Recorded) -> None:
    await recorded.run()
    for asked in ('"', '""', '"a', "a*", "AND OR NOT", "a:b", "(", "run_id:x", "^", "{x}", "'", "\\", "a & b", "!a", "<->", "%", " ", "\x00x"):
        await recorded.found(text=asked.replace("\x00", ""))


async def test_what_was_recorded_before_the_end_is_found_too(recorded: Recorded) -> None:
    run = new_run(recorded.workspace_id, recorded.workflow_id)
    await inserted(recorded.database, run)
    early = record(
        run.id,
        recorded.workspace_id,
        nodes=[node_row("call", "failed", error=BROKEN)],
        order=[0],
        events=[frame(run.id, 1), frame(run.id, 2, "log", key="call", message="an early word")],
    )
    late = record(run.id, recorded.workspace_id, status="succeeded", ended_at=END, events=[frame(run.id, 3, "end")])
    async with recorded.database.write() as connection:
        await records.write(connection, early)
        await records.write(connection, late)
    assert await recorded.found(text="early") == await recorded.found(text="418") == {run.id}


async def test_version_duration_business_key_and_parent_narrow_the_list(recorded: Recorded) -> None:
    plain = await recorded.run(version=3)
    draft = await recorded.run({"started_at": "2026-01-02T03:04:00.000Z"}, version=None, business_key="k", parent_run_id=plain)
    assert await recorded.found(version=3) == {plain}
    assert await recorded.found(version=0) == await recorded.found(business_key="k") == {draft}
    assert await recorded.found(parent_run_id=plain) == await recorded.found(least_ms=2_000) == {draft}
    assert await recorded.found(most_ms=1_000) == {plain}


async def test_a_hundred_thousand_runs_are_listed_by_any_filter_in_a_moment(database: Database) -> None:
    workspace_id = await workspace(database)
    workflows = [await workflow(database, workspace_id) for _ in range(20)]
    await fill(database, workspace_id, workflows)
    rare = {"status": ("timed_out",)}
    filters: list[dict[str, Any]] = [
        {}, rare, {"workflow_id": workflows[7]}, {"trigger": "webhook"}, {"version": 9}, {"least_ms": 99_990}, {"most_ms": 5},
        {"business_key": "order 99"}, {"business_key": "nobody"}, {"parent_run_id": "nobody"}, {"until": BEGAN + timedelta(seconds=30)},
        {"text": "seldom"}, {"text": "often"}, {"text": "nothing"}, {"text": "7fq9"}, {**rare, "workflow_id": workflows[3], "least_ms": 50_000},
        {"text": "often", **rare},
    ]  # fmt: skip
    slow: dict[str, float] = {}
    # SQLite works in this process; of Postgres only the time that passes can be seen.
    clock = time.process_time if database.kind == "sqlite" else time.perf_counter
    async with database.read() as connection:
        for told in filters:
            wanted = RunFilter(**told)
            for before in (None, (BEGAN + timedelta(seconds=MANY // 2), "")):
                taken = []
                for _ in range(3):
                    begun = clock()
                    await list_runs(connection, workspace_id, wanted, before, 51)
                    taken.append(clock() - begun)
                # The best of three: other tests run beside this one.
                slow[f"{told} {before and 'cursor'}"] = min(taken)
        assert await count_runs(connection, workspace_id, RunFilter(status=("timed_out",)), 1_000_000) == MANY // 1_000
    assert {told: seconds for told, seconds in slow.items() if seconds > MOST_SECONDS} == {}, max(slow.values())
    print(f"the slowest: {max(slow.values()):.3f} s, {max(slow, key=lambda told: slow[told])}")


async def fill(database: Database, workspace_id: str, workflows: list[str]) -> None:
    rng = random.Random(7)
    rows, words = [], []
    for number in range(MANY):
        run = new_run(workspace_id, workflows[number % 20])
        status = "timed_out" if number % 1_000 == 0 else "failed" if number % 10 == 0 else "succeeded"
        rows.append({
            "id": run.id, "workspace_id": workspace_id, "workflow_id": run.workflow_id, "workflow_name": "Order sync",
            "version": number % 10, "plan_hash": run.plan_hash, "status": status, "input": '{"text": "' + "x" * 800 + '"}',
            "output": '{"text": "' + "y" * 400 + '"}', "error": "null", "trigger": '{"kind": "api"}',
            "trigger_kind": "webhook" if number % 5_000 == 0 else "api", "created_at": BEGAN + timedelta(seconds=number),
            "ended_at": BEGAN + timedelta(seconds=number + 1), "duration_ms": rng.randint(0, 100_000), "admitted": True,
            "cancel_requested": False, "caller_waits": False, "depth": 0, "options": "{}", "response": "null",
            "follow_up_due": False, "priority": 0, "stored_bytes": 0, "business_key": f"order {number % 5_000}",
        })  # fmt: skip
        said = "often" + (" seldom" if number % 20_000 == 0 else "")
        words.append({"run_id": run.id, "workspace_id": workspace_id, "words": said, "place": search.place(run.id)})
    async with database.write() as connection:
        await connection.execute(insert(table_of(Run)), rows)
        if database.kind == "sqlite":
            await connection.execute(text("INSERT INTO run_search (rowid, run_id, workspace_id, words) VALUES (:place, :run_id, :workspace_id, :words)"), words)
        else:
            await connection.execute(text("INSERT INTO run_search (run_id, workspace_id, words) VALUES (:run_id, :workspace_id, to_tsvector('simple', :words))"), words)
            # What the database does by itself after a while.
            await connection.execute(text("ANALYZE"))
