"""Keeps a few children running: starts them in order, restarts the ones that die, ends all of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from temporal_workers import logs
from temporal_workers.errors import ChildKeepsDying, WorkersError
from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.processes import end_group, spawn

_LOG_CHECK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to start, how long it may take to end, and when it counts as started."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    grace: float
    started: Callable[[asyncio.subprocess.Process], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    first_delay: float = 0.1
    factor: float = 2.0
    longest_delay: float = 10.0
    # After living this long a child starts over with the first delay.
    settled_after: float = 60.0
    # While the product has not been ready once, a child that dies this often ends everything with its log shown.
    patience_before_ready: int = 5

    def delay(self, deaths: int) -> float:
        # Twenty doublings pass any sensible longest delay; without the bound the power would overflow one day.
        return min(self.longest_delay, self.first_delay * self.factor ** min(deaths - 1, 20))


@dataclass(slots=True)
class _Child:
    spec: ChildSpec
    process: asyncio.subprocess.Process
    deaths: int = 0
    since: float = field(default_factory=time.monotonic)


class Supervisor:
    def __init__(self, home: Home, narrator: Narrator, policy: RestartPolicy | None = None) -> None:
        self._home = home
        self._narrator = narrator
        self._policy = policy or RestartPolicy()
        self._children: dict[str, _Child] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._failed: asyncio.Future[None] | None = None
        self._ready = False
        self._stopping = False

    @property
    def pids(self) -> dict[str, int]:
        return {name: child.process.pid for name, child in self._children.items()}

    async def start(self, spec: ChildSpec) -> None:
        """Start one child, wait until it counts as started, and watch it from then on."""
        process = await self._spawn(spec)
        child = self._children[spec.name] = _Child(spec, process)
        self._record()
        if spec.started is not None:
            await self._wait_started(child, spec.started)
        watcher = self._watchers[spec.name] = asyncio.create_task(self._watch(child), name=f"watch {spec.name}")
        watcher.add_done_callback(self._watcher_ended)

    async def _wait_started(
        self, child: _Child, started: Callable[[asyncio.subprocess.Process], Awaitable[None]]
    ) -> None:
        try:
            await started(child.process)
        except WorkersError:
            await end_group(child.process, grace=1.0)
            del self._children[child.spec.name]
            self._record()
            raise

    def became_ready(self) -> None:
        self._ready = True

    async def run(self) -> None:
        """Watch until cancelled; raises when a child cannot be kept alive before the product was ready once."""
        failed = self._failure()
        while True:
            await asyncio.wait([failed], timeout=_LOG_CHECK_SECONDS)
            if failed.done():
                failed.result()
            for child in self._children.values():
                logs.cut(child.spec.log)

    async def stop(self, *, at_once: asyncio.Event | None = None) -> None:
        """End the children, the last started first: a draining worker still needs the API and Temporal."""
        self._stopping = True
        for watcher in self._watchers.values():
            watcher.cancel()
        await asyncio.gather(*self._watchers.values(), return_exceptions=True)
        for child in reversed(list(self._children.values())):
            await self._end(child, at_once)
        self._children.clear()
        self._record()

    async def _end(self, child: _Child, at_once: asyncio.Event | None) -> None:
        ending = asyncio.create_task(end_group(child.process, child.spec.grace))
        hurry = asyncio.create_task((at_once or asyncio.Event()).wait())
        await asyncio.wait([ending, hurry], return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if not ending.done():
            ending.cancel()
            await asyncio.gather(ending, return_exceptions=True)
            await end_group(child.process, grace=0.0)

    async def _spawn(self, spec: ChildSpec) -> asyncio.subprocess.Process:
        return await spawn(spec.command, environment=spec.environment, log=spec.log)

    async def _watch(self, child: _Child) -> None:
        while True:
            code = await child.process.wait()
            # What the dead child left in its group must not work on beside its successor.
            await end_group(child.process, grace=0.0)
            lived = time.monotonic() - child.since
            child.deaths = 1 if lived >= self._policy.settled_after else child.deaths + 1
            if not self._ready and child.deaths >= self._policy.patience_before_ready:
                self._give_up(child, code)
                return
            delay = self._policy.delay(child.deaths)
            self._narrator.say(f"{child.spec.name} ended ({_why(code)}); starting it again in {delay:.1f} s.")
            await asyncio.sleep(delay)
            await self._restart(child)

    async def _restart(self, child: _Child) -> None:
        try:
            child.process = await self._spawn(child.spec)
        except OSError as failure:
            # For example no memory for a new process: counts as another death, the dead process is waited on again.
            self._narrator.say(f"{child.spec.name} could not be started: {failure}")
        child.since = time.monotonic()
        self._record()

    def _give_up(self, child: _Child, code: int) -> None:
        failed = self._failure()
        if not failed.done():
            failed.set_exception(
                ChildKeepsDying(
                    f"{child.spec.name} ended {child.deaths} times while starting ({_why(code)}).",
                    f"Its log is {child.spec.log}; the last lines:\n{logs.tail(child.spec.log) or '(nothing)'}",
                )
            )

    def _watcher_ended(self, watcher: asyncio.Task[None]) -> None:
        # A defect in the watching itself must not leave a child unwatched without a word.
        if not watcher.cancelled() and (fault := watcher.exception()) and not self._failure().done():
            self._failure().set_exception(fault)

    def _failure(self) -> asyncio.Future[None]:
        if self._failed is None:
            self._failed = asyncio.get_running_loop().create_future()
        return self._failed

    def _record(self) -> None:
        # The record is only for a later start; a full disk must not end what runs now.
        with suppress(OSError):
            self._home.record_children({} if self._stopping else self.pids)


def _why(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
