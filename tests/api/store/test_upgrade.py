"""Migrations go up, down and up again, and end where the tables are."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlmodel import SQLModel

from api.settings import ApiSettings
from api.store.database import readable_url
from api.store.upgrade import DatabaseIsNewer, downgrade, upgrade


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


def test_f07_a_database_of_a_newer_version_is_left_as_it_is(settings: ApiSettings) -> None:
    with _connected(settings) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    with pytest.raises(DatabaseIsNewer, match="newer version"):
        upgrade(settings)
    with _connected(settings) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


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
