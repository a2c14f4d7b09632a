"""A home of its own for every test of this room."""

import io
from pathlib import Path

import pytest

from temporal_workers.home import Home
from temporal_workers.narration import Narrator


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.prepare()
    return made


@pytest.fixture
def spoken() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def narrator(spoken: io.StringIO) -> Narrator:
    return Narrator(spoken)
