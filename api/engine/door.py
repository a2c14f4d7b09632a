"""The one door through which every run begins."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from api.engine.admitting import priority_of
from api.engine.published import RunnableVersion
from api.engine.slots import LONGEST_KEY, rendered_key, slot_of
from api.store import ids, plans, runs
from api.store.admission import Entry, enter
from api.store.database import Connection, Database
from api.store.run_options import RunOptions
from api.store.runs import Caller, InsertedRun, NewRun, StartPayload
from interpreter.json_value import Json, JsonObject


class Starter(Protocol):
    """Whatever begins a run whose row is committed."""

    @property
    def is_full(self) -> bool:
        """No more runs may be in flight."""

    async def start(self, run_id: str, payload: StartPayload | None = None) -> None: ...

    async def entered(self, inserted: InsertedRun) -> None:
        """A run has come through the door: it may begin, or waits."""


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

    With it begin other runs that make sense only together with it: all of them, or none. Raises `InvalidInput` when
    the key of its concurrency limit, or its business key, can't be rendered.
    """
    entering = [_Entering.of(one, engine.is_full) for one in (request, *more)]
    found: list[InsertedRun] = []
    async with database.write() as connection:
        for one in entering:
            found.append(await _insert(connection, one))
            if not found[0].created:
                break
    for one, inserted in zip(entering, found, strict=False):
        if inserted.created and inserted.admitted:
            await engine.start(one.run.id, _payload(one.run, one.request))
        if inserted.created:
            await engine.entered(inserted)
    return found[0]


@dataclass(frozen=True, slots=True)
class _Entering:
    """A run before the door."""

    request: RunRequest
    run: NewRun
    entry: Entry | None
    """None: nothing limits it."""

    @classmethod
    def of(cls, request: RunRequest, is_full: bool) -> "_Entering":
        run = _new_run(request)
        runnable = request.runnable
        slot = slot_of(runnable.concurrency, run.workflow_id, run.input, run.trigger, run.created_at)
        # A parent that waits is in flight itself: were its child to wait for room, both would wait for ever.
        full = is_full and request.caller is None
        if slot is None:
            return cls(request, run, Entry(None, 0, "queue", by_key=False, is_full=True) if full else None)
        return cls(request, run, Entry(slot.name, slot.limit, slot.policy, slot.by_key, full))


async def _insert(connection: Connection, one: _Entering) -> InsertedRun:
    plan = one.request.runnable.plan
    if one.request.runnable.version is None:
        await plans.put(connection, one.request.workspace_id, plan.hash, plan.text)
    if one.entry is None:
        return await runs.insert(connection, one.run)
    return await enter(connection, one.run, one.entry)


def _new_run(request: RunRequest) -> NewRun:
    at = datetime.now(UTC)
    named = request.runnable.business_key
    return NewRun(
        id=request.run_id or ids.run_id(request.workspace_id),
        workspace_id=request.workspace_id,
        workflow_id=request.workflow_id,
        workflow_name=request.workflow_name,
        version=request.runnable.version,
        plan_hash=request.runnable.plan.hash,
        input=request.input,
        trigger=request.trigger,
        created_at=at,
        idempotency_key=request.idempotency_key,
        request_hash=_hash(request.asked) if request.idempotency_key is not None else None,
        options=request.options,
        caller=request.caller,
        depth=request.depth,
        error_workflow=request.runnable.error_workflow,
        parent_run_id=request.parent_run_id,
        priority=priority_of(str(request.trigger.get("kind")), request.parent_run_id is not None),
        searchable=request.runnable.searchable,
        business_key=named and rendered_key(named, "settings.business_key", request.input, request.trigger, at)[:LONGEST_KEY],
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
