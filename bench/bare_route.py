"""The least that an answer by way of Temporal costs: a bare FastAPI route that commits one row and runs an empty Temporal workflow."""

import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite
import uvicorn
from fastapi import FastAPI, Request

from activities.kit.connection import connect_patiently
from activities.kit.keys import KeyRing
from bench.by_hand_worker import QUEUE
from temporal_workers.settings import WorkerSettings


@asynccontextmanager
async def _resources(app: FastAPI) -> AsyncIterator[None]:
    settings = WorkerSettings()
    app.state.client = await connect_patiently(settings, KeyRing.from_settings(settings))
    async with aiosqlite.connect(sys.argv[2]) as database:
        await database.execute("PRAGMA journal_mode=wal")
        await database.execute("PRAGMA synchronous=full")
        await database.execute("CREATE TABLE IF NOT EXISTS row (id TEXT PRIMARY KEY)")
        app.state.database = database
        yield


app = FastAPI(lifespan=_resources)


@app.post("/run")
async def run(request: Request) -> dict[str, Any]:
    run_id = f"bare-{uuid.uuid4().hex}"
    database = request.app.state.database
    await database.execute("INSERT INTO row VALUES (?)", (run_id,))
    await database.commit()
    await request.app.state.client.execute_workflow("bench.empty", id=run_id, task_queue=QUEUE)
    return {"id": run_id}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
