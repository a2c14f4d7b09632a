import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from temporal_workers import up
from temporal_workers.dev_server import Listening
from temporal_workers.errors import NotInstalled, NotReady
from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.ports import is_free, next_free
from temporal_workers.processes import Identity
from temporal_workers.settings import UpSettings
from temporal_workers.up import Installation
from tests.temporal_workers.fake_holdfast import write_fake_holdfast
from tests.temporal_workers.fake_temporal import write_fake_temporal
from tests.temporal_workers.waiting import until

_UP = """
import sys
import temporal_workers.up as room
room.holdfast_command = lambda: [sys.argv[1]]
sys.exit(room.up(room.UpSettings()))
"""


@dataclass
class Started:
    """`holdfast up` with small fake children, as a process of its own."""

    folder: Path
    port: int
    more: dict[str, str] = field(default_factory=dict)
    dies: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    @property
    def said(self) -> str:
        return (self.folder / "said").read_text()

    def start(self) -> "Started":
        measured = {name: value for name, value in os.environ.items() if name.startswith("COV")}
        kept = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONPATH": str(Path(__file__).parents[2])}
        own = {
            "HOLDFAST_HOME": str(self.home.root),
            "HOLDFAST_PORT": str(self.port),
            "HOLDFAST_TEMPORAL_BIN": str(write_fake_temporal(self.folder / "temporal")),
        }
        command = [sys.executable, "-c", _UP, str(write_fake_holdfast(self.folder / "bin", self.dies))]
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(
                command, env=measured | kept | own | self.more, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
        return self

    async def ready(self) -> "Started":
        await until(lambda: "Holdfast is ready in" in self.said or self.ended is not None, 30, "ready")
        assert self.ended is None, self.said
        return self

    @property
    def ended(self) -> int | None:
        assert self.process is not None
        return self.process.poll()

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        await until(lambda: self.ended is not None, 20, "the end of the supervisor")
        assert self.ended is not None
        return self.ended

    def children(self) -> dict[str, Identity]:
        return self.home.recorded_children()

    async def environment_of(self, name: str) -> dict[str, Any]:
        """What a child saw; it says so a moment after its start."""
        file = self.home.root / f"{name}.environment"
        await until(file.exists, 20, f"the environment of {name}")
        environment: dict[str, Any] = json.loads(file.read_text())
        return environment

    def kernels_environment_of(self, name: str) -> str:
        return Path(f"/proc/{self.children()[name].pid}/environ").read_text()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Started]:
    made = Started(tmp_path, next_free(26_000 + os.getpid() % 1000))
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.terminate()
        made.process.wait(30)


async def test_it_starts_all_three_says_when_it_is_ready_and_ends_them_on_sigterm(installation: Started) -> None:
    await installation.start().ready()
    children = installation.children()
    assert sorted(children) == ["api", "temporal", "worker"]
    assert f"http://127.0.0.1:{installation.port}" in installation.said
    assert "Temporal 1.29.1 (HOLDFAST_TEMPORAL_BIN" in installation.said
    assert await installation.end() == 0
    assert not any(child.is_alive() for child in children.values())
    assert is_free(installation.port)


async def test_ctrl_c_ends_everything_cleanly(installation: Started) -> None:
    await installation.start().ready()
    children = installation.children()
    assert await installation.end(signal.SIGINT) == 0
    assert not any(child.is_alive() for child in children.values())
    assert "Stopped." in installation.said and "Traceback" not in installation.said


async def test_without_a_key_it_says_how_to_set_one(installation: Started) -> None:
    await installation.start().ready()
    assert "HOLDFAST_BOOTSTRAP_API_KEY=" in installation.said


async def test_a_key_that_is_too_short_is_refused_before_anything_starts(installation: Started) -> None:
    installation.more["HOLDFAST_BOOTSTRAP_API_KEY"] = "short"
    installation.start()
    await until(lambda: installation.ended is not None, 20)
    assert installation.ended == 1
    assert "32 characters" in installation.said and not installation.home.root.exists()


async def test_no_process_gets_secrets_that_it_does_not_need(installation: Started) -> None:
    installation.more |= {
        "HOLDFAST_BOOTSTRAP_API_KEY": "k" * 40,
        "HOLDFAST_API_KEY": "client-key",
        "DATABASE_URL": "postgresql://secret@records/holdfast",
    }
    await installation.start().ready()
    assert "HOLDFAST_BOOTSTRAP_API_KEY=" not in installation.said
    api, worker = await installation.environment_of("api"), await installation.environment_of("worker")
    assert "DATABASE_URL" in api and "HOLDFAST_BOOTSTRAP_API_KEY" in api
    assert not {"DATABASE_URL", "HOLDFAST_BOOTSTRAP_API_KEY", "HOLDFAST_API_KEY"} & set(worker)
    assert api["TEMPORAL_ADDRESS"] == worker["TEMPORAL_ADDRESS"]
    assert worker["HOLDFAST_API_URL"] == f"http://127.0.0.1:{installation.port}"
    assert api["HOLDFAST_TEMPORAL_UI"].startswith("http://127.0.0.1:")
    if sys.platform == "linux":
        temporal = installation.kernels_environment_of("temporal")
        assert "HOLDFAST_" not in temporal and "DATABASE_URL" not in temporal


async def test_a_second_start_on_the_same_home_is_refused(installation: Started) -> None:
    await installation.start().ready()
    second = Started(installation.folder, next_free(installation.port + 1)).start()
    await until(lambda: second.ended is not None, 20)
    assert second.ended == 1
    assert f"process {installation.process.pid if installation.process else 0}" in installation.said
    assert all(child.is_alive() for child in installation.children().values())


async def test_a_taken_port_is_refused_with_a_free_one_named(installation: Started) -> None:
    with socket.create_server(("127.0.0.1", installation.port)):
        installation.start()
        await until(lambda: installation.ended is not None, 20)
    assert installation.ended == 1
    assert f"Port {installation.port} on 127.0.0.1 is taken" in installation.said
    assert "HOLDFAST_PORT=" in installation.said


async def test_a_killed_child_comes_back(installation: Started) -> None:
    await installation.start().ready()
    for name in ("worker", "api", "temporal"):
        before = installation.children()[name]
        os.kill(before.pid, signal.SIGKILL)
        await until(lambda name=name, before=before: installation.children().get(name) not in (None, before))  # type: ignore[misc]
    assert installation.ended is None


async def test_after_a_killed_supervisor_nothing_runs_and_the_next_start_works(installation: Started) -> None:
    await installation.start().ready()
    children = installation.children()
    await installation.end(signal.SIGKILL)
    if sys.platform == "linux":
        await until(lambda: not any(child.is_alive() for child in children.values()), 5, "the end of the children")
    (installation.folder / "said").write_text("")
    await installation.start().ready()
    assert not any(child.is_alive() for child in children.values())


async def test_an_api_that_cannot_start_ends_everything_with_its_log(installation: Started) -> None:
    installation.dies = "api"
    installation.start()
    await until(lambda: installation.ended is not None, 30)
    assert installation.ended == 1
    assert "api cannot start" in installation.said and "api.log" in installation.said
    assert installation.children() == {}


async def test_a_configured_temporal_is_used_and_none_is_started(installation: Started) -> None:
    installation.more["TEMPORAL_ADDRESS"] = "temporal.example:7233"
    await installation.start().ready()
    assert sorted(installation.children()) == ["api", "worker"]
    assert (await installation.environment_of("worker"))["TEMPORAL_ADDRESS"] == "temporal.example:7233"


async def test_two_installations_run_side_by_side(installation: Started, tmp_path: Path) -> None:
    await installation.start().ready()
    (tmp_path / "second").mkdir()
    second = Started(tmp_path / "second", next_free(installation.port + 1))
    try:
        await second.start().ready()
        addresses = {(await one.environment_of("api"))["TEMPORAL_ADDRESS"] for one in (installation, second)}
        assert len(addresses) == 2
    finally:
        await second.end()


@pytest.fixture
def inside(home: Home, narrator: Narrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The same installation in this very process, where its pieces are within reach."""
    program = write_fake_holdfast(tmp_path / "bin")
    monkeypatch.setattr(up, "holdfast_command", lambda: [str(program)])
    settings = UpSettings(
        home=home.root,
        port=next_free(27_000 + os.getpid() % 1000),
        temporal_bin=write_fake_temporal(tmp_path / "temporal"),
        external_temporal="",
        bootstrap_api_key=SecretStr("k" * 40),
    )
    return Installation(settings, narrator)


async def test_a_cancelled_installation_stops_its_children(
    inside: Installation, home: Home, spoken: io.StringIO
) -> None:
    running = asyncio.create_task(inside.run(asyncio.Event()))
    await until(lambda: "Holdfast is ready in" in spoken.getvalue() or running.done(), 30, "ready")
    children = home.recorded_children()
    assert sorted(children) == ["api", "temporal", "worker"]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not any(child.is_alive() for child in children.values())


async def test_an_api_that_never_gets_ready_is_given_up_with_its_log(
    inside: Installation, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "_READY_PATIENCE", 1.0)
    monkeypatch.setattr(up, "_READY_PATH", "/never")
    with pytest.raises(NotReady) as given_up:
        await inside.run(asyncio.Event())
    assert "api.log" in given_up.value.hint
    assert home.recorded_children() == {}


async def test_a_temporal_whose_port_was_taken_meanwhile_moves_to_another(
    inside: Installation, home: Home, spoken: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as stranger:
        # Bound, but not listening: otherwise it would itself answer the question whether Temporal is healthy.
        stranger.bind(("127.0.0.1", 0))
        choices = [
            Listening(stranger.getsockname()[1], next_free(25_500)),
            Listening(next_free(24_500), next_free(25_500)),
        ]
        monkeypatch.setattr(Listening, "choose", lambda: choices.pop(0))
        running = asyncio.create_task(inside.run(asyncio.Event()))
        await until(lambda: "Holdfast is ready in" in spoken.getvalue() or running.done(), 30, "ready")
        assert choices == [] and len(home.recorded_children()) == 3
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_without_an_installed_command_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled):
        up.holdfast_command()


def test_a_refusal_becomes_an_exit_code_and_a_message(
    home: Home, narrator: Narrator, spoken: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "holdfast_command", lambda: ["holdfast"])
    with home.locked():
        assert up.up(UpSettings(home=home.root), narrator) == 1
    assert "already runs on" in spoken.getvalue()
