"""Insert-or-do-something, which both databases know and SQLAlchemy spells twice."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel


def table_of(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def insert_into(connection: AsyncConnection, model: type[SQLModel]) -> PostgresInsert | SqliteInsert:
    """An insert statement that has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    insert: Any = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    statement: PostgresInsert | SqliteInsert = insert(table_of(model))
    return statement
