"""The API with a fake engine and two workspaces, reached without a network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import httpx
from fastapi import FastAPI

from activities.discovery import load_node_types
from activities.kit.keys import KeyRing
from activities.kit.large_values import LargeValues
from activities.kit.payload_storage import PayloadStorage
from api.engine.engine import Engine
from api.engine.published import PublishedVersions
from api.http.app import create_app
from api.kit.key_door import KeyDoor
from api.kit.services import Services
from api.settings import ApiSettings
from api.store import access, ids
from api.store.database import Database
from api.store.vault import Vault
from interpreter.catalog import Catalog
from interpreter.json_value import JsonObject
from interpreter.machine.constructs import control_node_types
from interpreter.protocol import NodeRow, RunEvent
from tests.api.databases import END, frame, node_row, record
from tests.api.fakes import FakeEngine

KEY = "mine-" + "m" * 40
OTHER_KEY = "theirs-" + "t" * 40
NOOP: JsonObject = {"format": 1, "name": "Order sync", "nodes": [{"id": "one", "type": "core.noop@1"}]}


@dataclass
class Installation:
    """What a test talks to."""

    app: FastAPI
    services: Services
    engine: FakeEngine
    workspace_id: str
    other_workspace_id: str

    def client(self, token: str | None = None, base: str = "/api/v1") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return httpx.AsyncClient(transport=transport, base_url=f"http://holdfast.example{base}", headers=headers)

    @property
    def mine(self) -> httpx.AsyncClient:
        return self.client(KEY)

    @property
    def theirs(self) -> httpx.AsyncClient:
        return self.client(OTHER_KEY)

    @property
    def worker(self) -> httpx.AsyncClient:
        return self.client(self.services.settings.worker_token, "/internal/v1")

    async def workflow(self, definition: JsonObject = NOOP, publish: bool = True) -> str:
        created = await self.mine.post("/workflows", json={"definition": definition})
        assert created.status_code == 201, created.text
        workflow_id: str = created.json()["id"]
        if publish:
            answer = await self.mine.post(f"/workflows/{workflow_id}/publish")
            assert answer.status_code == 200, answer.text
        return workflow_id

    async def run(self, workflow_id: str, body: JsonObject | None = None, **headers: str) -> JsonObject:
        answer = await self.mine.post(f"/workflows/{workflow_id}/runs", json=body or {}, headers=headers)
        assert answer.status_code == 202, answer.text
        run: JsonObject = answer.json()
        return run

    async def end(self, run_id: str, status: str = "succeeded", **more: Any) -> None:
        """Records the end of a run, with one node and three frames."""
        rows: list[NodeRow] = [node_row("one")]
        frames: list[RunEvent] = [frame(run_id, 1, "run"), frame(run_id, 2, key="one"), frame(run_id, 3, "end", status=status)]
        told: dict[str, Any] = {"status": status, "ended_at": END, "nodes": rows, "order": [0], "events": frames, **more}
        await self.engine.end(record(run_id, run_id.split("-")[0], **told))


@asynccontextmanager
async def installed(settings: ApiSettings) -> AsyncIterator[Installation]:
    """An installation on a migrated database."""
    ring = KeyRing.from_settings(settings)
    database = Database(settings.database_url, ring)
    storage = PayloadStorage.at(settings.payloads)
    values = LargeValues(storage, ring, settings.max_value_bytes)
    engine = FakeEngine(database, ring, values)
    app = create_app(settings)
    app.state.services = services = Services(
        settings=settings,
        database=database,
        catalog=Catalog((*control_node_types(), *load_node_types())),
        vault=Vault(ring),
        ring=ring,
        engine=cast(Engine, engine),
        keys=KeyDoor(database),
        published=PublishedVersions(),
        storage=storage,
        values=values,
    )
    mine, other = ids.workspace_id(), ids.workspace_id()
    async with database.write() as connection:
        for workspace_id, key in ((mine, KEY), (other, OTHER_KEY)):
            now = datetime.now(UTC)
            await access.insert_workspace(connection, workspace_id, f"of {key[:4]}", now)
            await access.insert_key(connection, workspace_id, "test key", "owner", key, now)
    try:
        yield Installation(app, services, engine, mine, other)
    finally:
        await database.close()
