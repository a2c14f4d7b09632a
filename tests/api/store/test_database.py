"""The database: any spelling of its URL, one transaction per write, nothing lost."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from api.store import ids
from api.store.database import Database, DatabaseRefused, readable_url
from tests.api.databases import workspace


@pytest.mark.parametrize(
    ("written", "driver"),
    [
        ("postgres://u:p@db.example/holdfast", "postgresql+psycopg"),
        ("postgresql://u:p@db.example:5432/holdfast?sslmode=require", "postgresql+psycopg"),
        ("postgresql+psycopg://u:p@db.example/holdfast", "postgresql+psycopg"),
        ("postgresql:///holdfast?host=/run/postgresql", "postgresql+psycopg"),
        ("postgresql://u@/holdfast?host=/run/postgresql&port=5433", "postgresql+psycopg"),
        ("sqlite:////var/lib/holdfast.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:////var/lib/holdfast.db", "sqlite+aiosqlite"),
    ],
)
def test_a_url_is_understood_however_it_is_written(written: str, driver: str) -> None:
    assert readable_url(written).drivername == driver


@pytest.mark.parametrize("written", ["mysql://u:hidden-word@db.example/x", "sqlite://", "mongodb://u:hidden-word@h/x"])
def test_another_kind_of_database_is_refused_without_its_password(written: str) -> None:
    with pytest.raises(DatabaseRefused) as refused:
        readable_url(written)
    assert "hidden-word" not in str(refused.value)


async def test_a_write_is_committed_at_its_end_and_rolled_back_by_an_error(database: Database) -> None:
    kept = await workspace(database)
    with pytest.raises(RuntimeError):
        async with database.write() as connection:
            await connection.execute(text("DELETE FROM workspaces"))
            raise RuntimeError
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT id FROM workspaces"))).scalars().all() == [kept]


async def test_a_cancelled_write_leaves_nothing_behind(database: Database) -> None:
    async def write() -> None:
        async with database.write() as connection:
            await connection.execute(text("DELETE FROM workspaces"))
            await asyncio.sleep(30)

    kept = await workspace(database)
    writing = asyncio.create_task(write())
    await asyncio.sleep(0.1)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT id FROM workspaces"))).scalars().all() == [kept]
    await workspace(database)


async def test_readers_go_on_while_somebody_writes(database: Database) -> None:
    await workspace(database)
    async with database.write() as writer:
        await writer.execute(text("DELETE FROM workspaces"))
        async with asyncio.timeout(5), database.read() as reader:
            assert len((await reader.execute(text("SELECT id FROM workspaces"))).all()) == 1


async def test_many_writers_at_once_all_get_their_turn(database: Database) -> None:
    made = await asyncio.gather(*(workspace(database) for _ in range(60)))
    assert len(set(made)) == 60


async def test_an_error_of_the_database_shows_no_parameters(database: Database) -> None:
    mine = await workspace(database)
    with pytest.raises(Exception, match="workspaces") as failed:
        async with database.write() as connection:
            statement = text("INSERT INTO workspaces (id, name, created_at) VALUES (:id, :name, CURRENT_TIMESTAMP)")
            await connection.execute(statement, {"id": mine, "name": "hidden-word"})
    assert "hidden-word" not in str(failed.value)


async def test_it_is_ready_when_it_answers_and_not_when_it_is_away(database: Database, tmp_path: Path) -> None:
    assert await database.is_ready()
    away = Database(f"postgresql://nobody@/none?host={tmp_path}")
    assert not await away.is_ready()
    await away.close()


async def test_what_sqlite_acknowledges_has_reached_the_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'own.db'}")
    async with database.write() as connection:
        settings = [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous", "foreign_keys")]
    await database.close()
    assert settings == ["wal", 2, 1]


def test_ids_have_the_shape_that_others_rely_on() -> None:
    workspace_id = ids.workspace_id()
    run_id = ids.run_id(workspace_id)
    assert len(workspace_id) == 10 and workspace_id.isalnum() and workspace_id == workspace_id.lower()
    assert run_id.startswith(f"{workspace_id}-") and len(run_id) == 37 and run_id == run_id.lower()
    assert len(ids.prefixed("wf")) == 19
