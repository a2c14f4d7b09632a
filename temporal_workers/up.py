"""`holdfast up`: the embedded Temporal server, the API and the worker under one supervisor."""

import asyncio
import secrets
import shutil
import signal
import sys
import time
import urllib.request
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path

from temporal_workers import logs, ports
from temporal_workers.dev_server import DevServer, Listening
from temporal_workers.errors import NotInstalled, NotReady, PortTaken, SettingRefused, TemporalNotReady, WorkersError
from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.settings import UpSettings
from temporal_workers.supervisor import ChildSpec, Supervisor
from temporal_workers.temporal_binary import find
from temporal_workers.temporal_fetch import standard_fetchers
from temporal_workers.temporal_version import loopback_only

_READY_PATIENCE = 120.0
_READY_PATH = "/api/v1/health/ready"
_PORT_TRIES = 3
_PORT_LOOKS = 10
_SHORTEST_KEY = 32
# The worker drains for 30 s by itself; the rest is for an activity that ignores its cancellation.
_GRACE = {"temporal": 10.0, "api": 10.0, "worker": 35.0}


class Installation:
    """One run of the product on one home."""

    def __init__(self, settings: UpSettings, narrator: Narrator) -> None:
        self._settings = settings
        self._narrator = narrator
        self._home = Home(settings.home)
        self._supervisor = Supervisor(self._home, narrator)
        self._holdfast = holdfast_command()
        self._began = time.monotonic()

    async def run(self, hurry: asyncio.Event) -> None:
        check_bootstrap_key(self._settings)
        self._home.prepare()
        with self._home.locked():
            for name in await self._home.end_leftovers():
                self._narrator.say(f"Ended {name}, left over from an earlier start.")
            self._home.sweep()
            await check_port(self._settings)
            try:
                await self._start()
                await self._supervisor.run()
            finally:
                self._narrator.say("Stopping (again Ctrl-C: at once) ...")
                await self._supervisor.stop(at_once=hurry)
                self._narrator.say("Stopped.")

    async def _start(self) -> None:
        address, temporal_ui = await self._temporal()
        common = {"TEMPORAL_ADDRESS": address, "HOLDFAST_TEMPORAL_UI": temporal_ui}
        for name in ("api", "worker"):
            environment = self._settings.child_environment(name, {k: v for k, v in common.items() if v})
            command = [*self._holdfast, name]
            log = self._home.logs / f"{name}.log"
            await self._supervisor.start(ChildSpec(name, command, environment, log, _GRACE[name]))
        async with self._narrator.working("Waiting for the API"):
            await self._until_ready()
        self._supervisor.became_ready()
        self._narrator.say(self._welcome(address, temporal_ui))

    async def _temporal(self) -> tuple[str, str]:
        """Address and UI link of the Temporal server, started here unless one is configured."""
        if self._settings.external_temporal:
            self._narrator.say(f"Temporal: the server at {self._settings.external_temporal} (TEMPORAL_ADDRESS).")
            return self._settings.external_temporal, self._settings.temporal_ui
        environment = self._settings.tool_environment()
        binary = await find(
            self._settings.temporal_bin,
            self._home,
            self._narrator,
            environment=environment,
            fetchers=standard_fetchers(environment),
        )
        self._narrator.say(f"{binary}.")
        if loopback_only(binary.server):
            self._narrator.say("  This version is fine on this machine only; see `holdfast doctor` before sharing it.")
        namespace = self._settings.temporal_namespace
        server = await self._start_temporal(DevServer(binary, self._home, Listening.choose(), environment, namespace))
        return server.listening.address, server.listening.ui_url

    async def _start_temporal(self, server: DevServer) -> DevServer:
        await server.admit()
        for _ in range(_PORT_TRIES):
            try:
                await self._supervisor.start(_temporal_spec(server))
            except TemporalNotReady:
                # Somebody may have taken a port between our look and the server's start.
                if ports.is_free(server.listening.port) and ports.is_free(server.listening.ui_port):
                    raise
                server = replace(server, listening=Listening.choose())
            else:
                server.file.note(server.binary)
                return server
        raise TemporalNotReady("The Temporal server found no free ports.", f"Its log is {server.log}.")

    async def _until_ready(self) -> None:
        watching = asyncio.create_task(self._supervisor.run())
        polling = asyncio.create_task(_poll(self._settings.local_url + _READY_PATH))
        try:
            await asyncio.wait([watching, polling], return_when=asyncio.FIRST_COMPLETED, timeout=_READY_PATIENCE)
            if watching.done():
                watching.result()
            if not polling.done():
                raise NotReady(
                    f"The API was not ready after {_READY_PATIENCE:.0f} s.",
                    f"The last lines of {self._home.logs / 'api.log'}:\n{logs.tail(self._home.logs / 'api.log')}",
                )
        finally:
            watching.cancel()
            polling.cancel()
            await asyncio.gather(watching, polling, return_exceptions=True)

    def _welcome(self, address: str, temporal_ui: str) -> str:
        lines = [
            f"Holdfast is ready in {time.monotonic() - self._began:.1f} s.",
            f"  open      {self._settings.public_url or self._settings.local_url}",
            f"  Temporal  {temporal_ui or address}",
            f"  logs      {self._home.logs}",
            "  stop      Ctrl-C",
        ]
        if self._settings.bootstrap_api_key is None:
            lines.append("  No API key is set. To have one for programs and for the first log-in, stop and start with:")
            lines.append(f"    HOLDFAST_BOOTSTRAP_API_KEY={secrets.token_hex(24)} make up")
        return "\n".join(lines)


def _temporal_spec(server: DevServer) -> ChildSpec:
    command, grace = server.command(), _GRACE["temporal"]
    return ChildSpec("temporal", command, server.environment, server.log, grace, server.wait_healthy)


def holdfast_command() -> list[str]:
    """The installed command of this very environment, so that children show as `holdfast api` and `holdfast worker`."""
    beside = Path(sys.executable).with_name("holdfast")
    found = str(beside) if beside.is_file() else shutil.which("holdfast")
    if found is None:
        raise NotInstalled("The `holdfast` command is not installed here.", "Run `make up`, or install the package.")
    return [found]


def check_bootstrap_key(settings: UpSettings) -> None:
    key = settings.bootstrap_api_key
    if key is not None and len(key.get_secret_value()) < _SHORTEST_KEY:
        raise SettingRefused(
            f"HOLDFAST_BOOTSTRAP_API_KEY is shorter than {_SHORTEST_KEY} characters.",
            f"Take a random one, for example {secrets.token_hex(24)}",
        )


async def check_port(settings: UpSettings) -> None:
    # An API that was killed this moment may still hold it.
    for _ in range(_PORT_LOOKS):
        if ports.is_free(settings.port, settings.host):
            return
        await asyncio.sleep(0.2)
    free = ports.next_free(settings.port + 1)
    raise PortTaken(
        f"Port {settings.port} on {settings.host} is taken by another program.",
        f"Stop that program, or start with HOLDFAST_PORT={free} (free now).",
    )


async def _poll(url: str) -> None:
    while not await asyncio.to_thread(_answers, url):  # noqa: ASYNC110  another process has no event to wait on
        await asyncio.sleep(0.1)


def _answers(url: str) -> bool:
    # A proxy of the environment must not be asked about our own loopback address.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def up(settings: UpSettings, narrator: Narrator | None = None) -> int:
    """Run until a signal or a failure; answers the exit code."""
    narrator = narrator or Narrator()
    hurry = asyncio.Event()
    try:
        asyncio.run(_until_signal(Installation(settings, narrator).run(hurry), hurry))
    except WorkersError as failure:
        narrator.say(f"{failure.message}\n{failure.hint}")
        return 1
    return 0


async def _until_signal(work: Coroutine[None, None, None], hurry: asyncio.Event) -> None:
    running = asyncio.create_task(work)
    stopped = False

    def on_signal() -> None:
        nonlocal stopped
        if stopped:
            hurry.set()
        else:
            stopped = True
            running.cancel()

    # `nohup` ignores the hang-up for us; that has to stay so.
    hang_up = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    for number in (signal.SIGTERM, signal.SIGINT, *hang_up):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    try:
        await running
    except asyncio.CancelledError:
        if not stopped:
            raise
