import io
import sys
from pathlib import Path

from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.processes import started_at
from temporal_workers.temporal_fetch import GoInstall, SdkDownload
from tests.temporal_workers.fake_temporal import path_with

_DELIVERS = """
import pathlib, sys
folder = pathlib.Path(sys.argv[1])
(folder / "archive.tar.gz").write_bytes(b"x" * 3_000_000)
(folder / "temporal-sdk-python-1").write_bytes(b"x" * 2_000_000)
sys.exit(1)
"""


async def test_what_the_sdk_downloaded_becomes_the_executable_of_the_home(
    home: Home, narrator: Narrator, tmp_path: Path
) -> None:
    fetched = await SdkDownload(path_with(tmp_path), program=(sys.executable, "-c", _DELIVERS)).fetch(home, narrator)
    assert fetched == home.binaries / "temporal"
    assert fetched.stat().st_size == 2_000_000 and fetched.stat().st_mode & 0o111
    assert [path.name for path in home.binaries.iterdir()] == ["temporal"]


async def test_a_download_that_hangs_is_given_up_and_leaves_nothing(
    home: Home, narrator: Narrator, spoken: io.StringIO, tmp_path: Path
) -> None:
    noted = tmp_path / "pid"
    program = f"import os, pathlib, time; pathlib.Path({str(noted)!r}).write_text(str(os.getpid())); time.sleep(300)"
    download = SdkDownload(path_with(tmp_path), patience=1.0, program=(sys.executable, "-c", program))
    assert await download.fetch(home, narrator) is None
    assert "did not work" in spoken.getvalue()
    assert started_at(int(noted.read_text())) is None
    assert list(home.binaries.iterdir()) == []


def _fake_go(folder: Path, version: str, installs: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    go = folder / "go"
    go.write_text(f'#!/bin/sh\nif [ "$1" = env ]; then echo go{version}; else {installs}; fi\n')
    go.chmod(0o755)
    return go


async def test_go_builds_the_pinned_version_into_the_home(home: Home, narrator: Narrator, tmp_path: Path) -> None:
    _fake_go(tmp_path / "path", "1.24.1", f'echo "$@" > {tmp_path}/asked; echo built > "$GOBIN/temporal"')
    built = await GoInstall(path_with(tmp_path / "path", Path("/bin"))).fetch(home, narrator)
    assert built == home.binaries / "temporal"
    assert (tmp_path / "asked").read_text().strip() == (
        "install -ldflags -s -w github.com/temporalio/cli/cmd/temporal@v1.5.1"
    )


async def test_a_build_that_fails_names_its_log(
    home: Home, narrator: Narrator, spoken: io.StringIO, tmp_path: Path
) -> None:
    _fake_go(tmp_path / "path", "1.24.1", "echo no network; exit 1")
    assert await GoInstall(path_with(tmp_path / "path", Path("/bin"))).fetch(home, narrator) is None
    assert "temporal-build.log" in spoken.getvalue()
    assert "no network" in (home.logs / "temporal-build.log").read_text()


async def test_without_a_system_go_the_one_of_the_home_is_used(home: Home, narrator: Narrator, tmp_path: Path) -> None:
    _fake_go(home.root / "tools" / "go" / "bin", "1.27.0", 'echo "$GOPATH" > "$GOBIN/temporal"')
    built = await GoInstall(path_with(tmp_path / "empty", Path("/bin"))).fetch(home, narrator)
    assert built is not None
    assert built.read_text().startswith(str(home.binaries))
