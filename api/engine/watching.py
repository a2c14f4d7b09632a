"""Live events: one watcher per watched run, however many people look; nobody looking costs nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError

from api.engine.ends import RunEnds
from api.engine.live_attempts import AttemptsRelay
from api.store import records
from api.store.database import Database
from interpreter.protocol import EVENTS_QUERY, RunEvent

_QUERY_SECONDS = timedelta(seconds=3)
_BATCH_SECONDS = 0.03
"""One query answers for all changes of this time."""
_LOOK_AGAIN_SECONDS = 1.0
_LOOKS_AFTER_THE_END = 5
_PAGE = 1_000
_KEPT = 5_000


class Watcher:
    """The events of one run as far as they are known, without a gap."""

    def __init__(self, client: Client, database: Database, ends: RunEnds, workspace_id: str, run_id: str) -> None:
        self._handle: WorkflowHandle[object, object] = client.get_workflow_handle(run_id)
        self._database = database
        self._ends = ends
        self._workspace_id = workspace_id
        self._run_id = run_id
        self._frames: list[RunEvent] = []
        self._dropped = 0
        """Frames before the kept ones: those are in the database."""
        self._ring = asyncio.Event()
        self._more = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False
        self._relay = AttemptsRelay(client, self._handle)
        self._running: set[str] = set()
        """Instances that may have something to say."""
        self.people = 0

    def start(self) -> None:
        self._tasks = [asyncio.create_task(task) for task in (self._hear_history(), self._hear_the_end(), self._hear_nodes(), self._pull())]

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    @property
    def _last(self) -> int:
        return self._dropped + len(self._frames)

    @property
    def _is_over(self) -> bool:
        return self._closed or (bool(self._frames) and self._frames[-1]["event"] == "end")

    async def events(self, after: int) -> AsyncIterator[RunEvent]:
        """Every event behind `after`, in order; ends behind the last one."""
        while True:
            for frame in await self._known(after):
                after = frame["seq"]
                yield frame
            async with self._more:
                if self._is_over and after >= self._last:
                    return
                await self._more.wait_for(lambda seen=after: self._last > seen or self._is_over)  # type: ignore[misc]

    async def _known(self, after: int) -> list[RunEvent]:
        if after < self._dropped:
            return await self._recorded(after)
        return self._frames[after - self._dropped :]

    # doorbells

    async def _hear_history(self) -> None:
        """Temporal's long poll: rings at every new history event, over continue-as-new."""
        while not self._is_over:
            with suppress(RPCError):
                async for _ in self._handle.fetch_history_events(wait_new_event=True):
                    self._ring.set()
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _hear_the_end(self) -> None:
        looks = 0
        while not self._is_over:
            if await self._ends.wait(self._run_id, 3600):
                self._ring.set()
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
                looks += 1
                if looks == _LOOKS_AFTER_THE_END:
                    await self._close()

    async def _hear_nodes(self) -> None:
        """What nodes say while they run is told to the run, whose next event it is then."""
        while not self._is_over:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            if self._running:
                with suppress(RPCError):
                    await self._relay.look()

    async def _close(self) -> None:
        """The end that is recorded has a number that was seen on another frame: nothing more will come."""
        async with self._more:
            self._closed = True
            self._more.notify_all()

    # frames

    async def _pull(self) -> None:
        while not self._is_over:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                    await self._ring.wait()
            await asyncio.sleep(_BATCH_SECONDS)
            self._ring.clear()
            await self._add(await self._news())

    async def _news(self) -> list[RunEvent]:
        """What the run knows beyond our last frame; from the database what it has handed over already."""
        try:
            told = await self._handle.query(EVENTS_QUERY, self._last, result_type=dict, rpc_timeout=_QUERY_SECONDS)
        except (RPCError, WorkflowQueryFailedError):
            return await self._recorded(self._last)
        news: list[RunEvent] = told["events"]
        if news and told["first"] <= self._last + 1:
            return news
        # Handed over already, or ended from outside: then only the record knows of the end.
        return await self._recorded(self._last)

    async def _recorded(self, after: int) -> list[RunEvent]:
        async with self._database.read() as connection:
            return await records.events(connection, self._workspace_id, self._run_id, after, _PAGE)

    async def _add(self, news: list[RunEvent]) -> None:
        async with self._more:
            for frame in news:
                if frame["seq"] == self._last + 1:
                    self._frames.append(frame)
                    self._note_running(frame)
            surplus = len(self._frames) - _KEPT
            if surplus > 0 and self._frames[surplus - 1]["seq"] <= await self._last_recorded():
                del self._frames[:surplus]
                self._dropped += surplus
            self._more.notify_all()

    def _note_running(self, frame: RunEvent) -> None:
        if frame["event"] == "node":
            (self._running.add if frame.get("status") in ("running", "retrying") else self._running.discard)(frame["key"])

    async def _last_recorded(self) -> int:
        """How far the database goes; frames beyond it exist only here."""
        found = await self._recorded(self._dropped + _KEPT - _PAGE)
        return found[-1]["seq"] if found else 0


class Watchers:
    """The watchers of this process, by run."""

    def __init__(self, database: Database, ends: RunEnds) -> None:
        self._database = database
        self._ends = ends
        self._by_run: dict[str, Watcher] = {}

    async def events(self, client: Client, workspace_id: str, run_id: str, after: int) -> AsyncIterator[RunEvent]:
        """The events of a run that is not over, through a watcher shared with everybody who looks."""
        watcher = self._by_run.get(run_id)
        if watcher is None:
            watcher = self._by_run[run_id] = Watcher(client, self._database, self._ends, workspace_id, run_id)
            watcher.start()
        watcher.people += 1
        try:
            async for frame in watcher.events(after):
                yield frame
        finally:
            watcher.people -= 1
            if watcher.people == 0:
                watcher.stop()
                self._by_run.pop(run_id, None)
