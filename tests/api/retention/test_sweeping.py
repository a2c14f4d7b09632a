"""What is due is deleted with its files, failures last, and nothing else is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from activities.kit.large_values import Owner
from activities.kit.object_stores import StoreAway
from api.retention.policy import Retention
from api.retention.sweeping import Sweeper
from api.store.tables import NodeRun, Run, RunEventRow
from api.store.upserts import table_of
from tests.api.installation import Installation

NOW = datetime(2026, 6, 1, tzinfo=UTC)


async def aged(api: Installation, workflow_id: str, status: str, days: int, **more: Any) -> str:
    """A run that ended so many days ago, and has kept a large value."""
    run_id: str = (await api.run(workflow_id))["id"]
    await api.services.values.kept(Owner(api.workspace_id, run_id), {"of": run_id}, f'{{"of": "{run_id}"}}', 0, [])
    await api.end(run_id, status)
    await changed(api, run_id, ended_at=NOW - timedelta(days=days), created_at=NOW - timedelta(days=days), **more)
    return run_id


async def changed(api: Installation, run_id: str, **values: Any) -> None:
    runs = table_of(Run)
    async with api.services.database.write() as connection:
        await connection.execute(update(runs).where(runs.c.id == run_id).values(follow_up_due=False, **values))


async def left(api: Installation) -> list[str]:
    runs = table_of(Run)
    async with api.services.database.read() as connection:
        return list((await connection.execute(select(runs.c.id).order_by(runs.c.ended_at))).scalars())


def files(api: Installation, run_id: str) -> list[str]:
    folder = api.services.settings.home / "payloads" / api.workspace_id / run_id
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def sweeper(api: Installation, **default: int | None) -> Sweeper:
    return Sweeper(api.services.database, api.services.storage, Retention(**default))


async def test_old_runs_go_with_rows_events_and_files_and_failures_stay_longer(api: Installation) -> None:
    workflow_id = await api.workflow()
    old = await aged(api, workflow_id, "succeeded", 40)
    failed = await aged(api, workflow_id, "failed", 40)
    young = await aged(api, workflow_id, "succeeded", 20)
    assert len(files(api, old)) == 1
    assert await sweeper(api, days=30, failed_days=60).sweep(NOW) == 1
    assert await left(api) == [failed, young]
    assert files(api, old) == [] and len(files(api, failed)) == 1
    async with api.services.database.read() as connection:
        for table in (table_of(NodeRun), table_of(RunEventRow)):
            counted = select(func.count()).select_from(table).where(table.c.run_id == old)
            assert (await connection.execute(counted)).scalar_one() == 0


async def test_a_workflow_narrows_its_workspace_which_narrows_the_installation(api: Installation) -> None:
    short, long = await api.workflow(), await api.workflow()
    gone, kept = await aged(api, short, "succeeded", 5), await aged(api, long, "succeeded", 5)
    await api.mine.put("/workspaces/current/retention", json={"days": 3})
    answer = await api.mine.put(f"/workflows/{long}/retention", json={"days": None})
    assert (answer.json()["own"], answer.json()["days"], answer.json()["failed_days"]) == ({"days": None}, None, 365)
    assert await sweeper(api, days=30).sweep(NOW) == 1
    assert await left(api) == [kept] and gone != kept
    assert (await api.mine.get("/workspaces/current/retention")).json() == {"days": 3}


async def test_above_its_size_a_workflow_loses_the_oldest_and_failures_last(api: Installation) -> None:
    workflow_id = await api.workflow()
    megabyte = 1024 * 1024
    failed = await aged(api, workflow_id, "failed", 9, stored_bytes=megabyte)
    old = await aged(api, workflow_id, "succeeded", 8, stored_bytes=megabyte)
    young = await aged(api, workflow_id, "succeeded", 7, stored_bytes=megabyte)
    await api.mine.put(f"/workflows/{workflow_id}/retention", json={"megabytes": 2})
    assert await sweeper(api).sweep(NOW) == 1
    assert await left(api) == [failed, young] and old not in await left(api)


async def test_a_run_that_is_repeated_stays_until_the_rerun_has_ended(api: Installation) -> None:
    workflow_id = await api.workflow()
    old = await aged(api, workflow_id, "failed", 40)
    rerun = (await api.run(workflow_id))["id"]
    await changed(api, rerun, parent_run_id=old)
    assert await sweeper(api, failed_days=10).sweep(NOW) == 0
    assert (await api.mine.delete(f"/runs/{old}")).status_code == 409
    await api.end(rerun)
    assert await sweeper(api, failed_days=10).sweep(NOW) == 1


async def test_while_the_storage_is_away_the_run_stays(api: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow_id = await api.workflow()
    old = await aged(api, workflow_id, "succeeded", 40)

    def away(*_: Any) -> None:
        raise StoreAway("away")

    with monkeypatch.context() as patched:
        patched.setattr("activities.kit.payload_storage.RunFiles.delete", away)
        assert await sweeper(api, days=30).sweep(NOW) == 0
        assert (await api.mine.delete(f"/runs/{old}")).status_code == 503
    assert await left(api) == [old]
    assert (await api.mine.delete(f"/runs/{old}")).status_code == 204
    assert (await api.mine.get(f"/runs/{old}")).status_code == 404 and files(api, old) == []


async def test_an_open_run_and_one_of_another_workspace_are_not_deleted(api: Installation) -> None:
    run_id = (await api.run(await api.workflow()))["id"]
    assert (await api.mine.delete(f"/runs/{run_id}")).status_code == 409
    assert (await api.theirs.delete(f"/runs/{run_id}")).status_code == 404


async def test_a_run_knows_about_how_much_it_takes(api: Installation) -> None:
    workflow_id = await api.workflow()
    run_id = (await api.run(workflow_id))["id"]
    await api.end(run_id)
    assert (await api.mine.get(f"/workflows/{workflow_id}/retention")).json()["stored_bytes"] > 100
