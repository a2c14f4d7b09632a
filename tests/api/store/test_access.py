"""The bootstrap key: it opens the first workspace, alone, and a changed one closes the old."""

from datetime import UTC, datetime

from sqlalchemy import text

from api.store import access
from api.store.access import KeyRow
from api.store.database import Database

FIRST, SECOND = "first-" + "1" * 40, "second-" + "2" * 40


async def seed(database: Database, key: str | None) -> None:
    async with database.write() as connection:
        await access.seed(connection, key, datetime.now(UTC))


async def row_of(database: Database, key: str) -> KeyRow | None:
    async with database.read() as connection:
        return await access.key_of(connection, key)


async def test_without_a_key_nothing_is_seeded(database: Database) -> None:
    await seed(database, None)
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM workspaces"))).scalar_one() == 0
    assert await row_of(database, "") is None


async def test_the_key_is_the_owners_and_seeding_twice_is_once(database: Database) -> None:
    await seed(database, FIRST)
    first = await row_of(database, FIRST)
    await seed(database, FIRST)
    assert first is not None and first.role == "owner" and await row_of(database, FIRST) == first
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM workspaces"))).scalar_one() == 1


async def test_a_changed_key_closes_the_old_one_and_keeps_the_workspace(database: Database) -> None:
    await seed(database, FIRST)
    first = await row_of(database, FIRST)
    await seed(database, SECOND)
    second = await row_of(database, SECOND)
    assert first is not None and second is not None and second.workspace_id == first.workspace_id
    assert await row_of(database, FIRST) is None
    await seed(database, FIRST)
    assert await row_of(database, FIRST) is not None and await row_of(database, SECOND) is None
    await seed(database, None)
    assert await row_of(database, FIRST) is None


async def test_the_database_never_holds_the_key_itself(database: Database) -> None:
    await seed(database, FIRST)
    async with database.read() as connection:
        rows = (await connection.execute(text("SELECT * FROM api_keys"))).all()
    assert len(rows) == 1 and FIRST not in str(rows)
