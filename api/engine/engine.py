"""The engine: what the rest of the API may ask of Temporal."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import structlog
from temporalio.worker import Worker

from activities.kit.keys import KeyRing
from activities.kit.large_values import LargeValues
from api.engine.admitting import Admission
from api.engine.answering import tell_batches, tell_run
from api.engine.batch_places import batches_around
from api.engine.cancelling import cancel_in_temporal
from api.engine.children import child_activities
from api.engine.crossing import Crossing
from api.engine.ends import RunEnds
from api.engine.errors import TemporalAway, ToldInVain
from api.engine.following_up import FollowUps
from api.engine.grants import Grant, check_grant, sign_grant
from api.engine.link import TemporalLink
from api.engine.live_nodes import live_node, live_nodes, live_progress
from api.engine.published import PublishedVersions
from api.engine.reconciling import Reconciler
from api.engine.recording import record_activity
from api.engine.responding import answer_in, ask
from api.engine.resume_tokens import run_of_resume_token
from api.engine.reusing import Reuses
from api.engine.starting import start_and_ask, start_execution
from api.engine.watching import Watchers
from api.settings import ApiSettings
from api.store import admission, plans, records, runs
from api.store.database import Database
from api.store.runs import InsertedRun, RunRow, StartPayload
from interpreter.json_value import JsonObject
from interpreter.plan import Plan
from interpreter.protocol import PLATFORM_QUEUE, RUN_ENDS, Answer, Intervention, NodeRow, RunEvent

_POLL_SECONDS = 0.25
_PAGE = 1_000


class Engine:
    """Starts and watches runs. Everything works as far as it can while Temporal is away."""

    def __init__(
        self, settings: ApiSettings, database: Database, ring: KeyRing, published: PublishedVersions, values: LargeValues
    ) -> None:
        self.temporal_address = settings.temporal_address
        self.namespace = settings.temporal_namespace
        self._database = database
        self._ring = ring
        self._link = TemporalLink(settings, ring)
        self._ends = RunEnds(self._make_room)
        self._watchers = Watchers(database, self._ends)
        self._published = published
        self._crossing = Crossing(values)
        self.reuses = Reuses(database, values)
        self._admission = Admission(database, settings.max_runs, self.start)
        self._public_url = settings.public_url
        self._follow_ups = FollowUps(
            database, published, self, lambda: self._link.client, self._crossing, settings.public_url
        )
        self._background: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> "Engine":
        self._go(self._serve())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _serve(self) -> None:
        """Connects, however long it takes, then serves the record and reconciles."""
        client = await self._link.connect()
        reconciler = Reconciler(
            self._database, self._ring, self._ends, self._follow_ups, self._admission, self._public_url
        )
        record = record_activity(self._database, self._ends, lambda run_id: self._go(self._follow_ups.of_run(run_id)))
        children = child_activities(self._database, self._published, self, self._crossing)
        activities = [record, self.reuses.activity(), *children]
        async with Worker(client, task_queue=PLATFORM_QUEUE, activities=activities, max_concurrent_activities=100):
            await reconciler.run(client)

    def _go(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._gone)

    def _gone(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            structlog.get_logger("engine").error("background work failed", error=repr(task.exception()))

    # runs

    @property
    def is_full(self) -> bool:
        return self._admission.is_full

    async def entered(self, inserted: InsertedRun) -> None:
        """Counts a run that has come through the door, and tells those to stop that it takes the place of."""
        self._admission.entered(inserted.admitted)
        for run_id in inserted.superseded:
            self._go(self._cancel_in_temporal(run_id))

    def _make_room(self) -> None:
        if self._admission.ended():
            self._go(self._admission.turn())

    async def _cancel_in_temporal(self, run_id: str) -> None:
        # What can't be told now the reconciler tells.
        with suppress(TemporalAway):
            await cancel_in_temporal(self._link.client, run_id)

    async def start(self, run_id: str, payload: StartPayload | None = None) -> None:
        """Begins a run whose row is committed; when Temporal is away the reconciler does it later."""
        payload = payload or await self._payload(run_id)
        if payload is None:
            return
        try:
            await start_execution(self._link.client, self._ring, payload, self._public_url)
        except TemporalAway as away:
            structlog.get_logger("engine").warning("a run waits for temporal", run_id=run_id, error=str(away)[:300])
            return
        # Off the hot path: until it is written, the reconciler starts the run once more, which does no harm.
        self._go(self._mark_started(run_id))

    async def start_and_ask(self, run_id: str, payload: StartPayload | None, seconds: float) -> JsonObject | None:
        """Begins a run like `start`, and waits so long for what it answers; None when it has answered nothing."""
        payload = payload or await self._payload(run_id)
        if payload is None:
            return None
        begun = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                told = await start_and_ask(self._link.client, self._ring, payload, self._public_url)
        except (TimeoutError, TemporalAway):
            await self.start(run_id, payload)
            return None
        self._go(self._mark_started(run_id))
        if told is None or told["response"] or told["ended"]:
            return answer_in(told) if told is not None else None
        return await self.response(run_id, seconds - (time.monotonic() - begun))

    async def response(self, run_id: str, seconds: float) -> JsonObject | None:
        """What a run answers its caller within the time; None when it has not, or will not."""
        try:
            async with asyncio.timeout(seconds):
                return await ask(self._link.client, run_id)
        except (TimeoutError, TemporalAway):
            return None

    async def _payload(self, run_id: str) -> StartPayload | None:
        async with self._database.read() as connection:
            return await runs.start_payload(connection, run_id)

    async def _mark_started(self, run_id: str) -> None:
        async with self._database.write() as connection:
            await runs.mark_started(connection, run_id, datetime.now(UTC))
            cancelled = await runs.cancel_is_requested(connection, run_id)
        if cancelled:
            await self._cancel_in_temporal(run_id)

    async def cancel(self, run: RunRow, by_person: bool = True) -> None:
        """Asks a run to stop, also one that Temporal does not know yet, and while Temporal is away.

        Asked again by a person it ends the clean-up too. That is not kept: raises `TemporalAway`.
        """
        async with self._database.write() as connection:
            again = await runs.request_cancel(connection, run.workspace_id, run.id)
            ended = not run.admitted and await admission.end_waiting(connection, run.id, datetime.now(UTC), None)
        if ended:
            self._ends.announce(run.id)
            self._go(self._follow_ups.of_run(run.id))
        elif again:
            await cancel_in_temporal(self._link.client, run.id, again=by_person)
        else:
            await self._cancel_in_temporal(run.id)

    async def tell(self, run: RunRow, update: str, argument: Any, update_id: str | None = None) -> JsonObject:
        """Answers, intervenes, pauses; raises `ToldInVain` and `TemporalAway`."""
        client = self._link.client
        try:
            return await tell_run(client, run.id, update, argument, update_id)
        except ToldInVain as vain:
            if not isinstance(argument, Answer | Intervention):
                raise
            batches = await self._batches_around(run, argument.key)
            return await tell_batches(client, batches, update, argument, update_id, vain)

    async def _batches_around(self, run: RunRow, key: str) -> list[str]:
        async with self._database.read() as connection:
            text = await plans.get(connection, run.workspace_id, run.plan_hash)
        return [] if text is None else list(batches_around(Plan.of(text), run.id, key))

    async def wait_for_end(self, workspace_id: str, run_id: str, seconds: float) -> bool:
        """Whether the run's end is in the database within the time, recorded by whichever process."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if await self._ends.wait(run_id, min(left, _POLL_SECONDS)):
                return True
            async with self._database.read() as connection:
                row = await runs.get(connection, workspace_id, run_id)
            if row is None or row.status in RUN_ENDS:
                return row is not None

    async def live_nodes(self, run: RunRow) -> list[NodeRow] | None:
        """The node rows of a run that is not over; None when only the recorded ones can be had."""
        try:
            return await live_nodes(self._link.client, run.id)
        except TemporalAway:
            return None

    async def live_node(self, run: RunRow, key: str) -> NodeRow | None:
        """One of them, with its attempts."""
        try:
            return await live_node(self._link.client, run.id, key)
        except TemporalAway:
            return None

    async def live_progress(self, run: RunRow) -> tuple[int, int] | None:
        """Its node instances that have ended, and all that are known of; None when nobody can say."""
        try:
            return await live_progress(self._link.client, run.id)
        except TemporalAway:
            return None

    async def events(self, run: RunRow, after: int) -> AsyncIterator[RunEvent]:
        """All events behind `after`, ordered and gap-free, to the end of the run."""
        if run.status in RUN_ENDS:
            async for frame in self._recorded_events(run, after):
                yield frame
            return
        await self._link.connected.wait()
        async for frame in self._watchers.events(self._link.client, run.workspace_id, run.id, after):
            yield frame

    async def _recorded_events(self, run: RunRow, after: int) -> AsyncIterator[RunEvent]:
        while True:
            async with self._database.read() as connection:
                page = await records.events(connection, run.workspace_id, run.id, after, _PAGE)
            if not page:
                return
            for frame in page:
                yield frame
            after = page[-1]["seq"]

    # the rest

    async def is_ready(self) -> bool:
        """Whether Temporal answers."""
        return await self._link.is_healthy()

    def run_of_resume_token(self, token: str) -> str | None:
        return run_of_resume_token(self._ring, token)

    def sign_grant(self, workspace_id: str, run_id: str, credentials: Sequence[str]) -> str:
        return sign_grant(self._ring, workspace_id, run_id, credentials)

    def check_grant(self, token: str) -> Grant | None:
        return check_grant(self._ring, token)
