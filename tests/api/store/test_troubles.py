"""What stands in the way of the database is told from its codes, never from its words."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, TimeoutError

from api.store.database import Database
from api.store.troubles import trouble_of


class Refused(psycopg.OperationalError):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("any words")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(("state", "trouble"), [("53100", "full"), ("53300", "away"), ("57P01", "away"), ("08006", "away"), ("42601", None)])
def test_postgres_says_it_by_its_state(state: str, trouble: str | None) -> None:
    assert trouble_of(DBAPIError("SELECT 1", {}, Refused(state))) == trouble


def test_what_could_not_be_reached_has_no_state() -> None:
    unreachable = psycopg.OperationalError("no words of ours")
    assert trouble_of(OperationalError("SELECT 1", {}, unreachable)) == "away"
    assert trouble_of(TimeoutError("the pool")) == "away"


async def test_sqlite_without_space_is_full_and_a_mistake_is_none(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'small.db'}")
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE one (a TEXT PRIMARY KEY)"))
        await connection.execute(text("PRAGMA max_page_count = 4"))
        with pytest.raises(DBAPIError) as full:
            await connection.execute(text("INSERT INTO one VALUES (:a)"), {"a": "x" * 100_000})
        with pytest.raises(DBAPIError) as wrong:
            await connection.execute(text("SELECT nothing"))
    await database.close()
    assert (trouble_of(full.value), trouble_of(wrong.value)) == ("full", None)
    assert trouble_of(IntegrityError("x", {}, sqlite3.IntegrityError("x"))) is None
