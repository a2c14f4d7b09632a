import io
from pathlib import Path

import pytest

from temporal_workers.errors import TemporalNotFound, TemporalUnusable
from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.temporal_binary import Fetcher, find
from tests.temporal_workers.fake_temporal import path_with, write_fake_temporal


class CountingFetcher:
    """Delivers what it was given and counts how often it was asked."""

    def __init__(self, delivers: Path | None) -> None:
        self.delivers = delivers
        self.asked = 0

    async def fetch(self, home: Home, narrator: Narrator) -> Path | None:
        self.asked += 1
        return self.delivers

    def named(self, what: str) -> Fetcher:
        return Fetcher(what, self.fetch)


async def test_a_named_executable_wins_over_everything(tmp_path: Path, home: Home, narrator: Narrator) -> None:
    named = write_fake_temporal(tmp_path / "named", server="1.31.0", name="temporal-new")
    write_fake_temporal(tmp_path / "path")
    found = await find(named, home, narrator, environment=path_with(tmp_path / "path"), fetchers=())
    assert (found.path, found.source, str(found.server)) == (named, "HOLDFAST_TEMPORAL_BIN", "1.31.0")


async def test_a_named_executable_that_does_not_work_is_refused_and_not_replaced(
    tmp_path: Path, home: Home, narrator: Narrator
) -> None:
    write_fake_temporal(tmp_path / "path")
    with pytest.raises(TemporalUnusable):
        await find(tmp_path / "none", home, narrator, environment=path_with(tmp_path / "path"), fetchers=())


async def test_the_order_is_path_then_go_then_fetched_earlier_then_the_fetchers(
    tmp_path: Path, home: Home, narrator: Narrator
) -> None:
    fetcher = CountingFetcher(write_fake_temporal(tmp_path / "fetched"))
    environment = path_with(tmp_path / "path")
    places = [
        write_fake_temporal(tmp_path / "path"),
        write_fake_temporal(tmp_path / "path" / "go" / "bin"),
        write_fake_temporal(home.binaries),
    ]
    sources = []
    for place in places:
        found = await find(None, home, narrator, environment=environment, fetchers=[fetcher.named("fetched")])
        assert found.path == place
        sources.append(found.source)
        place.unlink()
    assert sources == ["on PATH", "in Go's bin folder", "fetched earlier"]
    assert fetcher.asked == 0
    found = await find(None, home, narrator, environment=environment, fetchers=[fetcher.named("fetched")])
    assert (found.source, fetcher.asked) == ("fetched", 1)


async def test_gos_own_answer_names_its_bin_folder(tmp_path: Path, home: Home, narrator: Narrator) -> None:
    go = tmp_path / "path" / "go"
    go.parent.mkdir()
    go.write_text(f"#!/bin/sh\nprintf '\\n{tmp_path / 'elsewhere'}\\n'\n")
    go.chmod(0o755)
    placed = write_fake_temporal(tmp_path / "elsewhere" / "bin")
    found = await find(None, home, narrator, environment=path_with(tmp_path / "path"), fetchers=())
    assert found.path == placed


async def test_broken_and_too_old_executables_are_passed_over_aloud(
    tmp_path: Path, home: Home, narrator: Narrator, spoken: io.StringIO
) -> None:
    broken = tmp_path / "path" / "temporal"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    write_fake_temporal(tmp_path / "path" / "go" / "bin", server="1.20.0")
    good = write_fake_temporal(home.binaries)
    found = await find(None, home, narrator, environment=path_with(tmp_path / "path"), fetchers=())
    assert found.path == good
    assert "does not answer to --version" in spoken.getvalue()
    assert "older than" in spoken.getvalue()


async def test_a_fetcher_that_fails_hands_over_to_the_next(tmp_path: Path, home: Home, narrator: Narrator) -> None:
    first, second = CountingFetcher(None), CountingFetcher(write_fake_temporal(tmp_path / "built"))
    fetchers = [first.named("download"), second.named("build")]
    found = await find(None, home, narrator, environment=path_with(tmp_path), fetchers=fetchers)
    assert (first.asked, found.source) == (1, "build")


async def test_when_nothing_works_every_choice_is_named(tmp_path: Path, home: Home, narrator: Narrator) -> None:
    with pytest.raises(TemporalNotFound) as refused:
        await find(None, home, narrator, environment=path_with(tmp_path), fetchers=())
    for way in ("TEMPORAL_ADDRESS", "HOLDFAST_TEMPORAL_BIN", "PATH", "go install"):
        assert way in refused.value.hint
