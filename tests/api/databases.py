"""Settings and rows that tests of the API begin with."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.settings import ApiSettings
from api.store import access, ids, plans, workflows
from api.store.database import Database
from api.store.runs import NewRun
from interpreter.plan import plan_hash
from interpreter.protocol import NodeRow, RunEvent, RunRecord

PLAN = '{"plan":"of a test"}'
START = "2026-01-02T03:04:05.000Z"
END = "2026-01-02T03:04:06.000Z"


def settings_for(home: Path, url: str | None, **more: Any) -> ApiSettings:
    """Settings of their own, whatever the environment says."""
    named: dict[str, Any] = {"HOLDFAST_HOME": home, "HOLDFAST_WORKER_TOKEN": "worker-" + "w" * 40, **more}
    return ApiSettings(**{"HOLDFAST_TEMPORAL_UI": "http://temporal.example:8233/", **named}, DATABASE_URL=url)


async def workspace(database: Database) -> str:
    """The id of a new workspace."""
    workspace_id = ids.workspace_id()
    async with database.write() as connection:
        await access.insert_workspace(connection, workspace_id, "Home", datetime.now(UTC))
    return workspace_id


async def workflow(database: Database, workspace_id: str, name: str = "Order sync") -> str:
    """The id of a new workflow with a stored plan."""
    workflow_id = ids.prefixed("wf")
    async with database.write() as connection:
        await workflows.insert(connection, workspace_id, workflow_id, name, {"name": name}, datetime.now(UTC))
        await plans.put(connection, workspace_id, plan_hash(PLAN), PLAN)
    return workflow_id


def new_run(workspace_id: str, workflow_id: str, **more: Any) -> NewRun:
    told: dict[str, Any] = {
        "id": ids.run_id(workspace_id),
        "workspace_id": workspace_id,
        "workflow_id": workflow_id,
        "workflow_name": "Order sync",
        "version": 1,
        "plan_hash": plan_hash(PLAN),
        "input": {"order_id": "7"},
        "trigger": {"kind": "api"},
        "created_at": datetime.now(UTC),
        **more,
    }
    return NewRun(**told)


def node_row(key: str, status: str = "succeeded", **more: Any) -> NodeRow:
    row: Any = {
        "node_id": key,
        "iteration": None,
        "key": key,
        "type": "core.noop@1",
        "status": status,
        "attempt": 1,
        "started_at": START,
        "ended_at": END,
        "input": {},
        "output": {"of": key},
        "error": None,
        "port": "out" if status == "succeeded" else None,
        "reused": False,
        "cached_at": None,
        **more,
    }
    return row


def frame(run_id: str, seq: int, event: str = "node", **more: Any) -> RunEvent:
    told: Any = {"seq": seq, "at": START, "run_id": run_id, "event": event, **more}
    return told


def record(run_id: str, workspace_id: str, **more: Any) -> RunRecord:
    told: dict[str, Any] = {
        "run_id": run_id,
        "workspace_id": workspace_id,
        "status": "running",
        "started_at": START,
        "ended_at": None,
        "output": None,
        "error": None,
        "nodes": [],
        "order": [],
        "events": [],
        **more,
    }
    return RunRecord(**told)
