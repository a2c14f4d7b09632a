"""The connection to the database, SQLite or Postgres: reads beside each other, writes as one transaction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from activities.kit.keys import KeyRing
from api.store.sealing import seal_with
from api.store.search import place

Connection = AsyncConnection
"""What the repositories work on: a connection in a transaction of its own."""

_BUSY_MS = 10_000
_POSTGRES_NAMES = ("postgres", "postgresql", "postgresql+psycopg")


class DatabaseRefused(ValueError):
    """DATABASE_URL names a kind of database that does not exist here."""

    code = "database_refused"


def readable_url(written: str) -> URL:
    """The URL with the drivers that we use; raises `DatabaseRefused` without showing a password."""
    url = make_url(written)
    if url.drivername in _POSTGRES_NAMES:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername.partition("+")[0] == "sqlite" and url.database:
        return url.set(drivername="sqlite+aiosqlite")
    raise DatabaseRefused(f'DATABASE_URL begins with "{url.drivername}": write postgresql://… or sqlite:///<file>')


class Database:
    """Errors of it never show parameters, which may hold what people keep to themselves.

    SQLite is written by one connection at a time (its own rule); Postgres by as many as the pool has."""

    def __init__(self, written: str, ring: KeyRing | None = None) -> None:
        url = readable_url(written)
        self.kind = "sqlite" if url.drivername.startswith("sqlite") else "postgres"
        if self.kind == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._engine = _sqlite(url) if self.kind == "sqlite" else create_async_engine(url, pool_pre_ping=True, pool_size=20, hide_parameters=True)
        if ring is not None:
            seal_with(self._engine, ring)
        self._writer = asyncio.Lock() if self.kind == "sqlite" else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read with."""
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end, rolled back when anything is raised."""
        if self._writer is None:
            async with self._engine.begin() as connection:
                yield connection
            return
        async with self._writer, self._engine.connect() as connection:
            # A deferred transaction that turns to writing late can't wait for its turn and fails instead.
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                await connection.commit()
            except BaseException:
                await connection.rollback()
                raise

    async def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            async with asyncio.timeout(2), self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception:  # whatever the driver raises, the answer is no
            return False
        return True

    async def close(self) -> None:
        await self._engine.dispose()


def _sqlite(url: URL) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=10, hide_parameters=True, connect_args={"isolation_level": None})

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        connection.create_function("search_place", 1, place, deterministic=True)
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        # What is acknowledged has reached the disk.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    return engine
