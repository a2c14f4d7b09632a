import asyncio
import io
import os
import signal
import sys
import time
from collections.abc import AsyncIterator

import pytest

from temporal_workers.errors import ChildKeepsDying, TemporalNotReady
from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.processes import identify
from temporal_workers.supervisor import ChildSpec, RestartPolicy, Supervisor
from tests.temporal_workers.waiting import until

_QUICK = RestartPolicy(first_delay=0.02, longest_delay=0.1, patience_before_ready=3)
_STAYS = "import signal; signal.pause()"
_STUBBORN = (
    "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\nwhile True: signal.pause()"
)


@pytest.fixture
async def supervisor(home: Home, narrator: Narrator) -> AsyncIterator[Supervisor]:
    made = Supervisor(home, narrator, _QUICK)
    yield made
    await made.stop()


def spec(home: Home, name: str, program: str, grace: float = 5.0) -> ChildSpec:
    return ChildSpec(name, [sys.executable, "-c", program], dict(os.environ), home.logs / f"{name}.log", grace)


async def test_a_child_that_is_killed_is_started_again(supervisor: Supervisor, home: Home, spoken: io.StringIO) -> None:
    await supervisor.start(spec(home, "worker", _STAYS))
    supervisor.became_ready()
    first = supervisor.pids["worker"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.pids["worker"] != first)
    assert "worker ended (signal 9)" in spoken.getvalue()
    assert home.recorded_children()["worker"].pid == supervisor.pids["worker"]


async def test_what_a_dead_child_left_in_its_group_ends_before_its_successor_starts(
    supervisor: Supervisor, home: Home
) -> None:
    program = "import signal, subprocess\nprint(subprocess.Popen(['sleep', '300']).pid, flush=True)\nsignal.pause()"
    await supervisor.start(spec(home, "worker", program))
    supervisor.became_ready()
    log = home.logs / "worker.log"
    await until(lambda: log.read_text().strip())
    grandchild = identify(int(log.read_text().split()[0]))
    os.kill(supervisor.pids["worker"], signal.SIGKILL)
    await until(lambda: not grandchild.is_alive(), 5, "the end of the grandchild")


async def test_a_child_that_keeps_dying_before_the_product_was_ready_ends_everything_with_its_log(
    supervisor: Supervisor, home: Home
) -> None:
    await supervisor.start(spec(home, "api", "import sys; sys.exit('the database is not there')"))
    with pytest.raises(ChildKeepsDying) as given_up:
        await asyncio.wait_for(supervisor.run(), 20)
    assert "3 times" in given_up.value.message
    assert "the database is not there" in given_up.value.hint


async def test_once_the_product_was_ready_a_dying_child_is_started_again_without_end(
    supervisor: Supervisor, home: Home, spoken: io.StringIO
) -> None:
    supervisor.became_ready()
    await supervisor.start(spec(home, "api", "raise SystemExit(3)"))
    await until(lambda: spoken.getvalue().count("exit code 3") > _QUICK.patience_before_ready + 1)


def test_the_wait_between_starts_grows_and_is_bounded() -> None:
    policy = RestartPolicy(first_delay=0.1, longest_delay=10)
    delays = [policy.delay(deaths) for deaths in (1, 2, 3, 50, 100_000)]
    assert delays[:3] == [0.1, 0.2, 0.4]
    assert delays[3:] == [10, 10]


async def test_stopping_ends_the_last_started_first_and_leaves_no_process(home: Home, narrator: Narrator) -> None:
    supervisor = Supervisor(home, narrator, _QUICK)
    told = home.logs / "order"
    program = (
        "import signal, sys, pathlib\n"
        "def end(*_):\n    open({told!r}, 'a').write({name!r} + ' '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\nprint('up', flush=True)\nsignal.pause()"
    )
    for name in ("temporal", "api", "worker"):
        await supervisor.start(spec(home, name, program.format(told=str(told), name=name)))
        await until(lambda name=name: "up" in (home.logs / f"{name}.log").read_text())  # type: ignore[misc]
    children = [identify(pid) for pid in supervisor.pids.values()]
    await supervisor.stop()
    assert told.read_text().split() == ["worker", "api", "temporal"]
    assert not any(child.is_alive() for child in children)
    assert home.recorded_children() == {}


async def test_a_child_that_ignores_sigterm_is_killed_after_its_grace(home: Home, narrator: Narrator) -> None:
    supervisor = Supervisor(home, narrator, _QUICK)
    await supervisor.start(spec(home, "worker", _STUBBORN, grace=0.3))
    await until(lambda: "up" in (home.logs / "worker.log").read_text())
    child = identify(supervisor.pids["worker"])
    began = time.monotonic()
    await supervisor.stop()
    assert not child.is_alive() and time.monotonic() - began < 5


async def test_a_second_signal_ends_a_stubborn_child_at_once(home: Home, narrator: Narrator) -> None:
    supervisor = Supervisor(home, narrator, _QUICK)
    await supervisor.start(spec(home, "worker", _STUBBORN, grace=60))
    await until(lambda: "up" in (home.logs / "worker.log").read_text())
    hurry = asyncio.Event()
    stopping = asyncio.create_task(supervisor.stop(at_once=hurry))
    await asyncio.sleep(0.1)
    assert not stopping.done()
    hurry.set()
    await asyncio.wait_for(stopping, 5)


async def test_a_child_is_not_started_again_while_stopping(home: Home, narrator: Narrator, spoken: io.StringIO) -> None:
    supervisor = Supervisor(home, narrator, _QUICK)
    await supervisor.start(spec(home, "api", _STAYS))
    await supervisor.stop()
    await asyncio.sleep(0.1)
    assert supervisor.pids == {} and "starting it again" not in spoken.getvalue()


async def test_a_child_that_does_not_come_up_is_ended_and_forgotten(supervisor: Supervisor, home: Home) -> None:
    async def never(process: asyncio.subprocess.Process) -> None:
        raise TemporalNotReady("not healthy", "look into the log")

    plain = spec(home, "temporal", _STAYS)
    waiting = ChildSpec(plain.name, plain.command, plain.environment, plain.log, plain.grace, never)
    with pytest.raises(TemporalNotReady):
        await supervisor.start(waiting)
    assert supervisor.pids == {}


async def test_a_log_above_its_limit_is_cut_while_the_child_runs(
    supervisor: Supervisor, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("temporal_workers.supervisor._LOG_CHECK_SECONDS", 0.02)
    await supervisor.start(spec(home, "api", "print('x' * 11_000_000, flush=True); " + _STAYS))
    running = asyncio.create_task(supervisor.run())
    log = home.logs / "api.log"
    await until(lambda: log.with_suffix(".log.1").exists() and log.stat().st_size < 1_000_000, 15)
    running.cancel()
