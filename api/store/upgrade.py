"""Brings the database to the newest shape; `holdfast migrate`, and the API at its start."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from api.settings import ApiSettings
from api.store.database import readable_url

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 8_700_001
"""Any number that nobody else locks in this database."""


def upgrade(settings: ApiSettings, revision: str = "head") -> None:
    """Up to a revision; waits for another process that is at it."""
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
            config.attributes["connection"] = connection
            act(config)
            connection.commit()
    finally:
        engine.dispose()


def _wait_for_turn(connection: Connection, is_sqlite: bool) -> None:
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA busy_timeout = 60000")
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def main() -> None:
    """`holdfast migrate`."""
    upgrade(ApiSettings())
