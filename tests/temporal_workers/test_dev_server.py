import hashlib
import os
import re
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from temporal_workers.dev_server import FIRST_PORT, DevServer, Listening, server_command
from temporal_workers.dev_server_file import fingerprint
from temporal_workers.errors import TemporalFileRefused, TemporalNotReady
from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.ports import next_free
from temporal_workers.processes import end_group, spawn
from temporal_workers.temporal_binary import TemporalBinary, find
from temporal_workers.temporal_version import FileRecord, ServerVersion
from tests.temporal_workers.fake_temporal import write_fake_temporal


def listening() -> Listening:
    port = next_free(24_000)
    return Listening(port, next_free(25_000))


def fake(tmp_path: Path, home: Home, version: str = "1.29.1", **differences: object) -> DevServer:
    path = write_fake_temporal(tmp_path / version, server=version, **differences)  # type: ignore[arg-type]
    read = ServerVersion.of(version)
    assert read is not None
    return DevServer(TemporalBinary(path, "test", read), home, listening(), dict(os.environ))


@pytest.fixture
async def real(home: Home, narrator: Narrator) -> DevServer:
    named = os.environ.get("HOLDFAST_TEMPORAL_BIN")
    binary = await find(Path(named) if named else None, home, narrator, environment=dict(os.environ), fetchers=())
    return DevServer(binary, home, listening(), dict(os.environ))


async def run_once(server: DevServer) -> None:
    process = await server.start()
    try:
        await server.wait_healthy(process)
        server.file.note(server.binary)
    finally:
        await end_group(process, grace=10)


def test_the_command_binds_to_loopback_keeps_a_file_and_raises_the_poll_limits(tmp_path: Path) -> None:
    command = server_command(Path("temporal"), port=7233, ui_port=8233, database=tmp_path / "temporal.db")
    text = " ".join(command)
    assert "--ip 127.0.0.1" in text and f"--db-filename {tmp_path / 'temporal.db'}" in text
    for queue in ("transfer", "timer", "visibility", "outbound"):
        assert f"history.{queue}ProcessorMaxPollRPS=5000" in text
    assert "journal_mode=wal" in text and "system.enableActivityEagerExecution=true" in text


def test_the_next_free_ports_are_taken_when_the_usual_ones_are_not() -> None:
    taken = []
    try:
        if next_free(FIRST_PORT) == FIRST_PORT:
            taken.append(socket.create_server(("127.0.0.1", FIRST_PORT)))
        chosen = Listening.choose()
        assert chosen.port > FIRST_PORT and chosen.ui_port != chosen.port
    finally:
        for listener in taken:
            listener.close()


async def test_a_server_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path, home: Home) -> None:
    server = fake(tmp_path, home, dies=True)
    process = await server.start()
    with pytest.raises(TemporalNotReady) as refused:
        await server.wait_healthy(process)
    assert "cannot start" in refused.value.hint
    await process.wait()


async def test_a_server_that_never_answers_is_given_up_after_the_patience(tmp_path: Path, home: Home) -> None:
    server = fake(tmp_path, home)
    process = await spawn(["sleep", "300"], environment=dict(os.environ), log=server.log)
    with pytest.raises(TemporalNotReady) as refused:
        await server.wait_healthy(process, patience=0.3)
    assert "not healthy after" in refused.value.message
    await end_group(process, grace=1)


async def test_an_executable_of_another_name_runs_under_the_name_temporal(tmp_path: Path, home: Home) -> None:
    path = write_fake_temporal(tmp_path, name="temporal-1.5.1")
    server = DevServer(TemporalBinary(path, "test", ServerVersion(1, 29, 1)), home, listening(), dict(os.environ))
    assert Path(server.command()[0]).name == "temporal"
    await run_once(server)


async def test_a_newer_executable_with_other_tables_leaves_an_older_file_untouched(tmp_path: Path, home: Home) -> None:
    await run_once(fake(tmp_path, home))
    newer = fake(tmp_path, home, "1.31.0", table="executions_v2")
    before = hashlib.sha256(newer.file.path.read_bytes()).hexdigest()
    with pytest.raises(TemporalFileRefused):
        await newer.admit()
    assert hashlib.sha256(newer.file.path.read_bytes()).hexdigest() == before
    assert list(home.state.glob(".trial-*")) == []


async def test_a_newer_executable_with_the_same_tables_works_on_an_older_file(tmp_path: Path, home: Home) -> None:
    await run_once(fake(tmp_path, home))
    newer = fake(tmp_path, home, "1.31.0")
    await newer.admit()
    await run_once(newer)
    record = FileRecord.load(newer.file.record_path)
    assert record is not None and record.server == "1.31.0"


async def test_the_real_server_is_healthy_in_time_writes_ahead_and_starts_again_on_its_file(real: DevServer) -> None:
    await real.admit()
    await run_once(real)
    connection = sqlite3.connect(real.file.path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    await real.admit()
    await run_once(real)


async def test_the_real_server_judges_a_file_of_another_version_by_its_tables(real: DevServer) -> None:
    await run_once(real)
    tables = fingerprint(real.file.path)
    assert tables is not None
    FileRecord("1.28.0", tables).save(real.file.record_path)
    await real.admit()
    FileRecord("1.28.0", "other tables").save(real.file.record_path)
    with pytest.raises(TemporalFileRefused):
        await real.admit()


@pytest.fixture
async def running(real: DevServer) -> AsyncIterator[int]:
    process = await real.start()
    try:
        await real.wait_healthy(process)
        yield process.pid
    finally:
        await end_group(process, grace=10)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the sockets of a process from /proc")
async def test_the_real_server_is_called_temporal_and_listens_on_loopback_only(running: int) -> None:
    assert _name_of(running) == "temporal"
    assert _listening_addresses(running) == {"0100007F"}


def _name_of(process: int) -> str:
    return Path(f"/proc/{process}/comm").read_text().strip()


def _listening_addresses(process: int) -> set[str]:
    """The addresses, as the kernel writes them, of all sockets on which the process accepts connections."""
    links = [os.readlink(link) for link in Path(f"/proc/{process}/fd").iterdir() if link.is_symlink()]
    own = {found[1] for link in links if (found := re.match(r"socket:\[(\d+)\]", link))}
    lines = [line.split() for table in ("tcp", "tcp6") for line in _socket_table(process, table)]
    return {fields[1].split(":")[0] for fields in lines if fields[3] == "0A" and fields[9] in own}


def _socket_table(process: int, table: str) -> list[str]:
    return Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]
