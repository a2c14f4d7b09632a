"""The embedded Temporal server: where it listens, how it is tuned, and when it is healthy."""

import asyncio
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from temporal_workers import ports
from temporal_workers.dev_server_file import DatabaseFile, fingerprint
from temporal_workers.errors import TemporalNotReady
from temporal_workers.home import Home
from temporal_workers.logs import tail
from temporal_workers.processes import end_group, spawn
from temporal_workers.temporal_binary import TemporalBinary, output_of

HOST = "127.0.0.1"
FIRST_PORT = 7233
FIRST_UI_PORT = 8233
HEALTH_PATIENCE = 20.0

# One history shard polls its queues 20 times a second by default: 50 to 100 ms for every node.
_POLLS = tuple(f"history.{queue}ProcessorMaxPollRPS=5000" for queue in ("transfer", "timer", "visibility", "outbound"))
TUNING = (
    *_POLLS,
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
    "system.enableActivityEagerExecution=true",
    # By default a timer may fire a second late; short delays, pauses and retries are meant as written.
    'history.timerProcessorMaxTimeShift="10ms"',
)
# FULL: an acknowledged run must outlive a power cut, not only a killed process.
PRAGMAS = ("journal_mode=wal", "synchronous=full")


@dataclass(frozen=True, slots=True)
class Listening:
    port: int
    ui_port: int

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def ui_url(self) -> str:
        return f"http://{HOST}:{self.ui_port}"

    @classmethod
    def choose(cls) -> "Listening":
        port = ports.next_free(FIRST_PORT)
        return cls(port, ports.next_free(FIRST_UI_PORT, avoid=frozenset({port})))


@dataclass(frozen=True, slots=True)
class DevServer:
    binary: TemporalBinary
    home: Home
    listening: Listening
    # Without the product's settings: neither a secret nor somebody's cloud profile belongs in here.
    environment: Mapping[str, str]
    namespace: str = "default"

    @property
    def file(self) -> DatabaseFile:
        return DatabaseFile(self.home.temporal)

    @property
    def log(self) -> Path:
        return self.home.logs / "temporal.log"

    def command(self) -> list[str]:
        extra = [] if self.namespace == "default" else ["--namespace", self.namespace]
        executable, at = _named_temporal(self.binary.path, self.home), self.listening
        return [*server_command(executable, port=at.port, ui_port=at.ui_port, database=self.file.path), *extra]

    async def admit(self) -> None:
        """Raise unless the executable may open the file that is there."""
        await self.file.admit(self.binary, self._tables_of_a_new_file)

    async def start(self) -> asyncio.subprocess.Process:
        return await spawn(self.command(), environment=self.environment, log=self.log)

    async def is_healthy(self) -> bool:
        command = [str(self.binary.path), "operator", "cluster", "health", "--address", self.listening.address]
        # A profile in the user's configuration may ask for TLS, which this server does not speak.
        return await output_of(command, {**self.environment, "TEMPORAL_CONFIG_FILE": os.devnull}) is not None

    async def wait_healthy(self, process: asyncio.subprocess.Process, patience: float = HEALTH_PATIENCE) -> None:
        deadline = asyncio.get_running_loop().time() + patience
        while asyncio.get_running_loop().time() < deadline and process.returncode is None:
            if await self.is_healthy() and process.returncode is None:
                return
            await asyncio.sleep(0.05)
        ended = "ended at once" if process.returncode is not None else f"was not healthy after {patience:.0f} s"
        raise TemporalNotReady(
            f"The Temporal server {ended}.",
            f"Its log is {self.log}; the last lines:\n{tail(self.log) or '(nothing)'}",
        )

    async def _tables_of_a_new_file(self, binary: TemporalBinary) -> str | None:
        """Start the executable on an empty file for a moment and look at the tables it makes."""
        listening = Listening(ports.next_free(FIRST_PORT + 500), ports.next_free(FIRST_UI_PORT + 500))
        with tempfile.TemporaryDirectory(dir=self.home.state, prefix=".trial-") as folder:
            home = Home(Path(folder))
            home.prepare()
            server = DevServer(binary, home, listening, self.environment)
            process = await server.start()
            try:
                await server.wait_healthy(process)
                return fingerprint(server.file.path)
            except TemporalNotReady:
                return None
            finally:
                await end_group(process, grace=5.0)


def server_command(executable: Path, *, port: int, ui_port: int, database: Path, headless: bool = False) -> list[str]:
    """The command of a tuned server on this machine's loopback; also what tests and the benchmark start."""
    command = [str(executable), "server", "start-dev", "--ip", HOST, "--port", str(port)]
    command += ["--headless"] if headless else ["--ui-port", str(ui_port)]
    command += ["--db-filename", str(database), "--log-level", "warn"]
    return [*command, *_each("--sqlite-pragma", PRAGMAS), *_each("--dynamic-config-value", TUNING)]


def _each(option: str, values: Sequence[str]) -> list[str]:
    return [part for value in values for part in (option, value)]


def _named_temporal(executable: Path, home: Home) -> Path:
    """The process must be called `temporal`, whatever the file is called that somebody pointed at."""
    if executable.name == "temporal":
        return executable
    link = home.state / "temporal"
    link.unlink(missing_ok=True)
    link.symlink_to(executable.resolve())
    return link
