import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from temporal_workers.errors import HomeInUse, HomeUnusable
from temporal_workers.home import Home
from temporal_workers.processes import started_at


def test_a_new_home_is_closed_to_others(home: Home) -> None:
    assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in (home.root, home.logs, home.state))


def test_a_home_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeUnusable) as refused:
        Home(tmp_path / "file" / "home").prepare()
    assert "HOLDFAST_HOME" in refused.value.hint


def test_a_second_supervisor_on_the_same_home_is_refused_with_the_first_ones_id(home: Home) -> None:
    program = (
        "import sys, pathlib; from temporal_workers.home import Home\n"
        "with Home(pathlib.Path(sys.argv[1])).locked(): print('held', flush=True); sys.stdin.read()"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", program, str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as first:
        assert first.stdout is not None and first.stdout.readline() == "held\n"
        assert home.is_locked()
        with pytest.raises(HomeInUse) as refused, home.locked():
            pass
        assert str(first.pid) in refused.value.message
        first.send_signal(signal.SIGKILL)
    with home.locked():
        assert home.is_locked()
    assert not home.is_locked()


async def test_children_left_by_a_killed_supervisor_are_ended_at_the_next_start(home: Home) -> None:
    left = subprocess.Popen(["sleep", "300"], process_group=0)
    home.record_children({"api": left.pid})
    ended = await home.end_leftovers(grace=2)
    assert ended == ["api"]
    assert started_at(left.pid) is None
    assert home.recorded_children() == {}


async def test_a_process_that_only_reuses_a_recorded_id_is_left_alone(home: Home) -> None:
    with subprocess.Popen(["sleep", "300"], process_group=0) as stranger:
        home.record_children({"worker": stranger.pid})
        home.children_file.write_text(home.children_file.read_text().replace('"started": "', '"started": "another '))
        assert await home.end_leftovers() == []
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"api": 1}', '{"api": {"pid": "x"}}'])
async def test_an_unreadable_record_of_children_is_taken_for_none(home: Home, text: str) -> None:
    home.children_file.write_text(text)
    assert await home.end_leftovers() == []


def test_what_a_killed_download_left_behind_is_removed_when_it_is_old(home: Home) -> None:
    old, young = home.binaries / ".download-old", home.state / ".trial-young"
    for folder in (old, young):
        folder.mkdir()
        (folder / "file").write_text("content")
    os.utime(old, (0, 0))
    home.sweep()
    assert not old.exists() and young.exists()
