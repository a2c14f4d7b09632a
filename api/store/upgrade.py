"""Brings the database to the newest shape; `holdfast migrate`, and the API at its start."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from api.settings import ApiSettings
from api.store.database import readable_url

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 8_700_001
"""Any number that nobody else locks in this database."""


class DatabaseIsNewer(RuntimeError):
    """A newer version of Holdfast has brought the database further than this one knows; it is left as it is."""

    code = "database_is_newer"


def upgrade(settings: ApiSettings, revision: str = "head") -> None:
    """Up to a revision; waits for another process that is at it. Raises `DatabaseIsNewer`."""
    _run(settings, lambda config: command.upgrade(config, revision))


def downgrade(settings: ApiSettings, revision: str = "base") -> None:
    """Down to a revision."""
    _run(settings, lambda config: command.downgrade(config, revision))


def _run(settings: ApiSettings, act: Callable[[Config], None]) -> None:
    url = readable_url(settings.database_url)
    is_sqlite = url.drivername.startswith("sqlite")
    if is_sqlite and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        url = url.set(drivername="sqlite")
    engine = create_engine(url, poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    try:
        with engine.connect() as connection:
            _wait_for_turn(connection, is_sqlite)
            _check_known(connection, config)
            config.attributes["connection"] = connection
            act(config)
            connection.commit()
    finally:
        engine.dispose()


def _check_known(connection: Connection, config: Config) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        message = f"the database is of a newer version (its revision is {current}): run that version, or restore a backup of before"
        raise DatabaseIsNewer(message)


def _wait_for_turn(connection: Connection, is_sqlite: bool) -> None:
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA busy_timeout = 60000")
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def main() -> None:
    """`holdfast migrate`."""
    upgrade(ApiSettings())
