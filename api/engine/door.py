"""The one door through which every run begins."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from api.engine.published import RunnableVersion
from api.store import ids, plans, runs
from api.store.database import Connection, Database
from api.store.run_options import RunOptions
from api.store.runs import Caller, InsertedRun, NewRun, StartPayload
from interpreter.json_value import Json, JsonObject


class Starter(Protocol):
    """Whatever begins a run whose row is committed."""

    async def start(self, run_id: str, payload: StartPayload | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What somebody wants to run."""

    workspace_id: str
    workflow_id: str
    workflow_name: str
    runnable: RunnableVersion
    input: Json
    trigger: JsonObject
    idempotency_key: str | None = None
    asked: Json = None
    """The request as it came: the same key with another request is a conflict."""
    options: RunOptions = field(default_factory=RunOptions)
    caller: Caller | None = None
    depth: int = 0
    parent_run_id: str | None = None
    """The run that this one repeats."""
    run_id: str | None = None
    """An id that was made before, where others have to know it already."""


async def begin_run(database: Database, engine: Starter, request: RunRequest, *more: RunRequest) -> InsertedRun:
    """Writes the run's row in one transaction, then starts it; what was written is never lost.

    With it begin other runs that make sense only together with it: all of them, or none.
    """
    begun = [(_new_run(one), one) for one in (request, *more)]
    async with database.write() as connection:
        inserted = await _insert(connection, *begun[0])
        if inserted.created:
            for run, one in begun[1:]:
                await _insert(connection, run, one)
    if inserted.created:
        for run, one in begun:
            await engine.start(run.id, _payload(run, one))
    return inserted


async def _insert(connection: Connection, run: NewRun, request: RunRequest) -> InsertedRun:
    plan = request.runnable.plan
    if request.runnable.version is None:
        await plans.put(connection, request.workspace_id, plan.hash, plan.text)
    return await runs.insert(connection, run)


def _new_run(request: RunRequest) -> NewRun:
    return NewRun(
        id=request.run_id or ids.run_id(request.workspace_id),
        workspace_id=request.workspace_id,
        workflow_id=request.workflow_id,
        workflow_name=request.workflow_name,
        version=request.runnable.version,
        plan_hash=request.runnable.plan.hash,
        input=request.input,
        trigger=request.trigger,
        created_at=datetime.now(UTC),
        idempotency_key=request.idempotency_key,
        request_hash=_hash(request.asked) if request.idempotency_key is not None else None,
        options=request.options,
        caller=request.caller,
        depth=request.depth,
        error_workflow=request.runnable.error_workflow,
        parent_run_id=request.parent_run_id,
    )


def _payload(run: NewRun, request: RunRequest) -> StartPayload:
    return StartPayload(
        run_id=run.id,
        workspace_id=run.workspace_id,
        workflow_id=run.workflow_id,
        version=run.version,
        plan_text=request.runnable.plan.text,
        plan_hash=run.plan_hash,
        input=run.input,
        trigger=run.trigger,
        options=run.options,
        caller=run.caller,
        depth=run.depth,
    )


def _hash(asked: Json) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
