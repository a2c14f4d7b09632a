"""What runs were given and gave stands in no readable form in the database."""

import base64
import json
from typing import Any

import pytest
from sqlalchemy import text

from activities.kit.keys import KeyRing, Tampered
from api.settings import ApiSettings
from api.store import pins, runs
from api.store.database import Database
from api.store.run_list import RunFilter, list_runs
from tests.api.databases import END, frame, new_run, node_row, record, workflow, workspace
from tests.api.installation import Installation
from tests.api.store.test_runs import inserted

CANARY = "canary-6f1d7c0e9b"
_COLUMNS = {
    "runs": ("input", "output", "error", "trigger", "options", "response"),
    "node_runs": ("row",),
    "run_events": ("event",),
    "workflows": ("pins",),
}


async def stored(database: Database, table: str, column: str) -> list[str]:
    """As it is in the database, without what our tables know of it."""
    async with database.read() as connection:
        return list((await connection.execute(text(f'SELECT "{column}" FROM {table}'))).scalars())


async def recorded(api: Installation) -> str:
    workflow_id = await api.workflow()
    async with api.services.database.write() as connection:
        assert await pins.replace(connection, api.workspace_id, workflow_id, {"one": CANARY})
    run = await api.run(workflow_id, {"input": {"secret": CANARY}, "mocks": {}})
    rows = [node_row("one", output={"secret": CANARY})]
    frames = [frame(run["id"], 1, "run"), frame(run["id"], 2, "log", key="one", message=CANARY, level="info")]
    told: dict[str, Any] = {"status": "succeeded", "ended_at": END, "output": {"secret": CANARY}, "nodes": rows, "order": [0], "events": frames}
    await api.engine.end(record(run["id"], api.workspace_id, response={"output": CANARY}, **told))
    return str(run["id"])


async def test_values_of_runs_are_encrypted_and_shown_as_they_were(api: Installation) -> None:
    run_id = await recorded(api)
    texts = {f"{table}.{column}": await stored(api.services.database, table, column) for table, columns in _COLUMNS.items() for column in columns}
    assert not [place for place, found in texts.items() if CANARY in json.dumps(found)]
    assert all(one.startswith("sealed:") for place in ("runs.input", "node_runs.row", "run_events.event") for one in texts[place])
    run = (await api.mine.get(f"/runs/{run_id}")).json()
    assert run["input"] == run["output"] == {"secret": CANARY} and run["response"] == {"output": CANARY}
    assert (await api.mine.get(f"/runs/{run_id}/nodes")).json()["items"][0]["output"] == {"secret": CANARY}
    assert [one["id"] for one in (await api.mine.get("/runs", params={"text": CANARY})).json()["items"]] == [run_id], "its log line is searched"


async def test_what_was_written_before_is_read_as_it_is(api: Installation) -> None:
    run_id = await recorded(api)
    async with api.services.database.write() as connection:
        await connection.execute(text("UPDATE runs SET input = :plain"), {"plain": '{"from": "before"}'})
    assert (await api.mine.get(f"/runs/{run_id}")).json()["input"] == {"from": "before"}


async def test_a_text_opens_in_its_own_column_only(api: Installation) -> None:
    await recorded(api)
    [sealed] = await stored(api.services.database, "runs", "input")
    async with api.services.database.write() as connection:
        await connection.execute(text("UPDATE runs SET output = :moved"), {"moved": sealed})
    with pytest.raises(Tampered):
        async with api.services.database.read() as connection:
            await list_runs(connection, api.workspace_id, RunFilter(), None, 10)


async def test_a_ring_with_a_newer_key_reads_what_the_older_wrote(settings: ApiSettings) -> None:
    old, new = (f"{kid}:{base64.b64encode(kid.encode() * 32).decode()}" for kid in ("a", "b"))
    run_ids: list[str] = []
    for keys in (old, f"{new},{old}"):
        database = Database(settings.database_url, KeyRing.parse(keys))
        workspace_id = await workspace(database)
        run = new_run(workspace_id, await workflow(database, workspace_id), input={"written": keys[0]})
        await inserted(database, run)
        run_ids.append(run.id)
        await database.close()
    database = Database(settings.database_url, KeyRing.parse(f"{new},{old}"))
    assert [one.partition(":")[2][:1] for one in sorted(await stored(database, "runs", "input"))] == ["a", "b"]
    async with database.read() as connection:
        found = [await runs.get(connection, run_id.split("-")[0], run_id) for run_id in run_ids]
    await database.close()
    assert [one and one.input for one in found] == [{"written": "a"}, {"written": "b"}]
