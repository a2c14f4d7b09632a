import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from temporal_workers.processes import Identity, end_group, identify, spawn, started_at
from tests.temporal_workers.waiting import until


async def test_a_process_is_known_by_its_id_and_its_start(tmp_path: Path) -> None:
    process = await spawn([sys.executable, "-c", "input()"], environment=dict(os.environ), log=tmp_path / "log")
    await process.wait()  # standard input is closed, so it ends at once
    assert started_at(process.pid) is None
    assert identify(os.getpid()).is_alive()


def test_a_reused_process_id_is_not_taken_for_the_old_process() -> None:
    assert not Identity(os.getpid(), "another start").is_alive()


async def test_a_child_that_ends_on_sigterm_is_not_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\nprint('up', flush=True)\nsignal.pause()"
    process = await spawn([sys.executable, "-c", program], environment=dict(os.environ), log=log)
    await until(lambda: "up" in log.read_text())
    assert await end_group(process, grace=10) == 7


async def test_a_child_that_ignores_sigterm_is_killed_after_the_grace(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\nwhile True: signal.pause()"
    process = await spawn([sys.executable, "-c", program], environment=dict(os.environ), log=log)
    await until(lambda: "up" in log.read_text())
    assert await end_group(process, grace=0.2) == -signal.SIGKILL


async def test_a_grandchild_ends_with_its_group(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = "import subprocess, sys\nprint(subprocess.Popen(['sleep', '300']).pid, flush=True)\nsys.stdin.read()"
    process = await spawn([sys.executable, "-c", program], environment=dict(os.environ), log=log)
    await until(lambda: log.read_text().strip())
    grandchild = int(log.read_text())
    await process.wait()
    assert started_at(grandchild) is not None
    await end_group(process, grace=0)
    await until(lambda: started_at(grandchild) is None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
async def test_a_killed_parent_takes_its_children_with_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = f"""
import asyncio, os, pathlib
from temporal_workers.processes import spawn
async def main():
    child = await spawn(["sleep", "300"], environment=dict(os.environ), log=pathlib.Path({str(tmp_path / "child.log")!r}))
    print(child.pid, flush=True)
    await child.wait()
asyncio.run(main())
"""
    environment = dict(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[2])}
    parent = await spawn([sys.executable, "-c", program], environment=environment, log=log)
    await until(lambda: log.read_text().strip())
    child = identify(int(log.read_text()))
    assert child.is_alive()
    parent.kill()
    await asyncio.gather(parent.wait())
    await until(lambda: not child.is_alive(), 5, "the end of the child")
