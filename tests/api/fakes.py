"""Doubles for what the API stands on: the engine without Temporal."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from activities.kit.keys import KeyRing
from activities.kit.large_values import LargeValues
from api.engine.admitting import Admission
from api.engine.errors import TemporalAway, ToldInVain
from api.engine.grants import Grant, check_grant, sign_grant
from api.engine.resume_tokens import run_of_resume_token
from api.engine.reusing import Reuses
from api.store import records, runs
from api.store.database import Database
from api.store.runs import InsertedRun, RunRow, StartPayload
from interpreter.json_value import JsonObject
from interpreter.protocol import RUN_ENDS, NodeRow, RunEvent, RunRecord


class FakeEngine:
    """Starts nothing and remembers what it was asked; a test ends runs by a record, as a run would."""

    temporal_address = "temporal.example:7233"
    namespace = "default"

    def __init__(self, database: Database, ring: KeyRing, values: LargeValues) -> None:
        self._database = database
        self.reuses = Reuses(database, values)
        self._ring = ring
        self.started: list[str] = []
        self.payloads: list[StartPayload | None] = []
        self.cancelled: list[str] = []
        self.entries: list[InsertedRun] = []
        self.is_away = False
        self.answer: JsonObject | None = None
        self.waited: list[float] = []
        self.told: list[tuple[str, Any, str | None]] = []
        self.refusal: str | None = None
        """What runs refuse to be told, by its name."""
        self.live: dict[str, list[NodeRow]] = {}

    @property
    def is_full(self) -> bool:
        return False

    async def entered(self, inserted: InsertedRun) -> None:
        self.entries.append(inserted)

    async def start(self, run_id: str, payload: StartPayload | None = None) -> None:
        self.started.append(run_id)
        self.payloads.append(payload)
        if self.is_away:
            return
        async with self._database.write() as connection:
            await runs.mark_started(connection, run_id, datetime.now(UTC))

    async def start_and_ask(self, run_id: str, payload: StartPayload | None, seconds: float) -> JsonObject | None:
        await self.start(run_id, payload)
        return await self.response(run_id, seconds)

    async def response(self, run_id: str, seconds: float) -> JsonObject | None:
        """What a test says that its runs answer; None once the time is over."""
        self.waited.append(seconds)
        return self.answer

    async def end(self, told: RunRecord) -> None:
        async with self._database.write() as connection:
            await records.write(connection, told)

    async def cancel(self, run: RunRow, by_person: bool = True) -> None:
        if self.is_away:
            raise TemporalAway("away")
        self.cancelled.append(run.id)

    async def tell(self, run: RunRow, update: str, argument: Any, update_id: str | None = None) -> JsonObject:
        if self.is_away:
            raise TemporalAway("away")
        if self.refusal is not None:
            raise ToldInVain(self.refusal, f"refused: {self.refusal}")
        self.told.append((update, argument, update_id))
        return {}

    def run_of_resume_token(self, token: str) -> str | None:
        return run_of_resume_token(self._ring, token)

    async def wait_for_end(self, workspace_id: str, run_id: str, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    async with self._database.read() as connection:
                        row = await runs.get(connection, workspace_id, run_id)
                    if row is not None and row.status in RUN_ENDS:
                        return True
                    await asyncio.sleep(0.02)
        except TimeoutError:
            return False

    async def live_nodes(self, run: RunRow) -> list[NodeRow] | None:
        return None if self.is_away else self.live.get(run.id)

    async def events(self, run: RunRow, after: int) -> AsyncIterator[RunEvent]:
        """What is recorded, until a frame says the end."""
        while True:
            async with self._database.read() as connection:
                page = await records.events(connection, run.workspace_id, run.id, after, 100)
            for event in page:
                after = event["seq"]
                yield event
                if event["event"] == "end":
                    return
            if not page and run.status in RUN_ENDS:
                return
            await asyncio.sleep(0.02)

    async def is_ready(self) -> bool:
        return not self.is_away

    def sign_grant(self, workspace_id: str, run_id: str, credentials: Sequence[str]) -> str:
        return sign_grant(self._ring, workspace_id, run_id, credentials)

    def check_grant(self, token: str) -> Grant | None:
        return check_grant(self._ring, token)


def idle_admission(api: Any) -> Admission:
    """An admission of an installation (`tests/api/installation.py`), which starts runs in the fake engine."""
    return Admission(api.services.database, 100, api.engine.start)
