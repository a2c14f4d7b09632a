"""Migrations go up, down and up again, and end where the tables are."""

import threading

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect
from sqlmodel import SQLModel

from api.settings import ApiSettings
from api.store.database import readable_url
from api.store.upgrade import downgrade, upgrade


def test_migrations_go_up_and_down_and_up_again(empty_settings: ApiSettings) -> None:
    upgrade(empty_settings)
    assert set(SQLModel.metadata.tables) <= _tables(empty_settings)
    downgrade(empty_settings)
    assert _tables(empty_settings) <= {"alembic_version"}
    upgrade(empty_settings)
    assert set(SQLModel.metadata.tables) <= _tables(empty_settings)


def test_a_second_upgrade_changes_nothing(empty_settings: ApiSettings) -> None:
    upgrade(empty_settings)
    upgrade(empty_settings)
    assert set(SQLModel.metadata.tables) <= _tables(empty_settings)


def test_the_migrations_end_where_the_tables_are(settings: ApiSettings) -> None:
    with _connected(settings) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True, "include_name": _is_ours})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_processes_that_start_at_once_migrate_one_after_the_other(empty_settings: ApiSettings) -> None:
    failures: list[Exception] = []

    def one() -> None:
        try:
            upgrade(empty_settings)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """The search's own tables are each database's affair."""
    return not (kind == "table" and str(name).startswith("run_search"))


class _connected:
    """A connection without the API's own engine."""

    def __init__(self, settings: ApiSettings) -> None:
        url = readable_url(settings.database_url)
        self._engine = create_engine(url.set(drivername="sqlite") if url.drivername.startswith("sqlite") else url)

    def __enter__(self) -> Connection:
        self._connection = self._engine.connect()
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._engine.dispose()


def _tables(settings: ApiSettings) -> set[str]:
    with _connected(settings) as connection:
        return set(inspect(connection).get_table_names())
