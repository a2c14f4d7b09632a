"""Runs of other installations: recorded, ended, and never begun here."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store import plans, search
from api.store.json_text import written
from api.store.tables import NodeRun, Run, RunEventRow, Workflow
from api.store.upserts import insert_into, table_of
from interpreter.json_value import Json, JsonObject
from interpreter.protocol import NodeRow, RunEvent

_RUNS, _NODES, _EVENTS, _WORKFLOWS = table_of(Run), table_of(NodeRun), table_of(RunEventRow), table_of(Workflow)
BUNDLE = "bundle"
"""The kind of trigger of a run that came in a bundle."""
_AT_ONCE = 500


async def opened_before(connection: AsyncConnection, workspace_id: str, digest: str) -> str | None:
    """The run that the same bundle became."""
    mine = (_RUNS.c.workspace_id == workspace_id, _RUNS.c.trigger_kind == BUNDLE, _RUNS.c.idempotency_key == digest)
    found: str | None = (await connection.execute(select(_RUNS.c.id).where(*mine).limit(1))).scalar_one_or_none()
    return found


async def insert_run(connection: AsyncConnection, workspace_id: str, run_id: str, digest: str, run: JsonObject, plan_hash: str, plan: str) -> None:
    """The run, under a workflow that no list shows; the same bundle always has the same one."""
    await plans.put(connection, workspace_id, plan_hash, plan)
    workflow_id = f"wf_{digest[:20]}{workspace_id}"
    at = datetime.fromisoformat(run["created_at"])
    hidden = {
        "id": workflow_id, "workspace_id": workspace_id, "name": run["workflow_name"], "definition": "{}", "draft_revision": 1,
        "created_at": at, "changed_at": at, "deleted_at": at,
    }  # fmt: skip
    await connection.execute(insert_into(connection, Workflow).values(hidden).on_conflict_do_nothing())
    times = {name: run[name] and datetime.fromisoformat(run[name]) for name in ("created_at", "started_at", "ended_at")}
    begun, ended = times["started_at"], times["ended_at"]
    values: dict[str, Any] = {
        "id": run_id, "workspace_id": workspace_id, "workflow_id": workflow_id, "workflow_name": run["workflow_name"],
        "version": run["version"], "plan_hash": plan_hash, "status": run["status"], "trigger_kind": BUNDLE, "idempotency_key": digest,
        "business_key": run["business_key"], "duration_ms": round((ended - begun).total_seconds() * 1000) if begun and ended else None, **times,
        **{name: written(run[name]) for name in ("input", "output", "error", "trigger", "response")},
    }  # fmt: skip
    await connection.execute(insert(_RUNS).values(values))


async def add_rows(connection: AsyncConnection, run_id: str, rows: list[tuple[int, NodeRow]]) -> None:
    values = [{"run_id": run_id, "key": row["key"], "place": place, "status": row["status"], "row": written(row)} for place, row in rows]
    for first in range(0, len(values), _AT_ONCE):
        await connection.execute(insert(_NODES), values[first : first + _AT_ONCE])


async def add_events(connection: AsyncConnection, run_id: str, events: list[RunEvent]) -> None:
    values = [{"run_id": run_id, "seq": event["seq"], "event": written({**event, "run_id": run_id})} for event in events]
    for first in range(0, len(values), _AT_ONCE):
        await connection.execute(insert(_EVENTS), values[first : first + _AT_ONCE])


async def index_words(connection: AsyncConnection, workspace_id: str, run_id: str, texts: list[Json]) -> None:
    await search.index(connection, workspace_id, run_id, search.words_of(str(one) for one in texts if one))
