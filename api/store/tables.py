"""The tables. Values of workflows and runs are JSON as text, those of runs encrypted; times are UTC."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, Text, UniqueConstraint, false, text, true
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from api.store.sealing import SealedText


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC: SQLite keeps no zone, so it is given back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _later(default: object) -> dict[str, Any]:
    """A column that came later: older rows have this value in it."""
    return {"server_default": default}


_CALLED = "caller_run_id IS NOT NULL"
_FAILED = "fingerprint IS NOT NULL"
_HOLDS = "slot IS NOT NULL AND ended_at IS NULL"
_NAMED = "business_key IS NOT NULL"
_REPEATS = "parent_run_id IS NOT NULL"


class Workspace(SQLModel, table=True):
    __tablename__ = "workspaces"
    id: str = Field(primary_key=True)
    name: str
    created_at: datetime = Field(sa_type=UtcTime)
    settings: str = Field(default="{}", sa_type=Text, sa_column_kwargs=_later("{}"))
    """`{"error_workflow"?}`"""


class ApiKey(SQLModel, table=True):
    __tablename__ = "api_keys"
    id: str = Field(primary_key=True)
    workspace_id: str = Field(foreign_key="workspaces.id", index=True)
    name: str
    role: str
    hash: str = Field(unique=True)
    """SHA-256 of the key: it has enough chance in it that nothing slower is needed."""
    bootstrap: bool = False
    created_at: datetime = Field(sa_type=UtcTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)


class Workflow(SQLModel, table=True):
    __tablename__ = "workflows"
    id: str = Field(primary_key=True)
    workspace_id: str = Field(foreign_key="workspaces.id", index=True)
    name: str
    definition: str = Field(sa_type=Text)
    draft_revision: int
    published_version: int | None = None
    created_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    pins: str = Field(default="{}", sa_type=SealedText("workflows.pins"), sa_column_kwargs=_later("{}"))
    """Outputs by node id, which runs of the draft take instead of calling the node."""
    retention: str = Field(default="{}", sa_type=Text, sa_column_kwargs=_later("{}"))
    """Of `{"days"?, "failed_days"?, "megabytes"?}` what is set for this workflow alone."""


class WorkflowVersion(SQLModel, table=True):
    __tablename__ = "workflow_versions"
    workflow_id: str = Field(primary_key=True, foreign_key="workflows.id")
    version: int = Field(primary_key=True)
    definition: str = Field(sa_type=Text)
    plan_hash: str
    published_at: datetime = Field(sa_type=UtcTime)


class StoredPlan(SQLModel, table=True):
    __tablename__ = "plans"
    workspace_id: str = Field(primary_key=True, foreign_key="workspaces.id")
    hash: str = Field(primary_key=True)
    text: str = Field(sa_type=Text)


class Run(SQLModel, table=True):
    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("workspace_id", "workflow_id", "idempotency_key"),
        Index(
            "ix_runs_listed",
            "workspace_id", "created_at", "id", "status", "workflow_id", "trigger_kind", "version", "duration_ms", "business_key", "parent_run_id",
        ),
        Index("ix_runs_by_workflow", "workflow_id", "created_at"),
        Index("ix_runs_open", "status", "created_at"),
        # Few rows at any time, and looked for every few seconds.
        Index("ix_runs_to_follow_up", "ended_at", sqlite_where=text("follow_up_due"), postgresql_where=text("follow_up_due")),
        Index(
            "ix_runs_by_fingerprint", "workspace_id", "fingerprint", "ended_at", "workflow_id", "id",
            sqlite_where=text(_FAILED), postgresql_where=text(_FAILED),
        ),
        Index("ix_runs_to_admit", "workspace_id", "priority", "created_at", sqlite_where=text("NOT admitted"), postgresql_where=text("NOT admitted")),
        Index("ix_runs_by_slot", "slot", sqlite_where=text(_HOLDS), postgresql_where=text(_HOLDS)),
        Index("ix_runs_by_business_key", "workspace_id", "business_key", "created_at", sqlite_where=text(_NAMED), postgresql_where=text(_NAMED)),
        Index("ix_runs_by_caller", "caller_run_id", "caller_key", sqlite_where=text(_CALLED), postgresql_where=text(_CALLED)),
        Index("ix_runs_by_parent", "parent_run_id", "created_at", sqlite_where=text(_REPEATS), postgresql_where=text(_REPEATS)),
    )
    id: str = Field(primary_key=True)
    workspace_id: str = Field(foreign_key="workspaces.id")
    workflow_id: str = Field(foreign_key="workflows.id")
    workflow_name: str
    version: int | None = None
    plan_hash: str
    status: str
    input: str = Field(sa_type=SealedText("runs.input"))
    output: str = Field(sa_type=SealedText("runs.output"))
    error: str = Field(sa_type=SealedText("runs.error"))
    trigger: str = Field(sa_type=SealedText("runs.trigger"))
    trigger_kind: str
    idempotency_key: str | None = None
    request_hash: str | None = None
    parent_run_id: str | None = None
    cancel_requested: bool = False
    created_at: datetime = Field(sa_type=UtcTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    caller_run_id: str | None = None
    """The run that started this one as its child, and the instance that did."""
    caller_key: str | None = None
    caller_waits: bool = Field(default=False, sa_column_kwargs=_later(false()))
    """It is to be told of the end."""
    caller_execution: str | None = None
    """The Temporal workflow that is to be told, where it is not the caller's own."""
    depth: int = Field(default=0, sa_column_kwargs=_later("0"))
    """How many runs call each other down to this one."""
    options: str = Field(default="{}", sa_type=SealedText("runs.options"), sa_column_kwargs=_later("{}"))
    """`RunOptions` as JSON."""
    response: str = Field(default="null", sa_type=SealedText("runs.response"), sa_column_kwargs=_later("null"))
    """What the run has answered its caller, before its end or at it."""
    attention: str | None = None
    stalled_reason: str | None = Field(default=None, sa_type=Text)
    """Why Temporal can't get its next workflow task done, while that is so."""
    error_workflow: str | None = None
    """What its definition says is to run when it fails."""
    follow_up_due: bool = Field(default=False, sa_column_kwargs=_later(false()))
    """It has ended, and its caller or an error workflow does not know yet."""
    slot: str | None = None
    """What it shares with the runs that its concurrency limit counts together."""
    slot_limit: int | None = None
    admitted: bool = Field(default=True, sa_column_kwargs=_later(true()))
    """It may begin: from here to its end it holds its slot."""
    priority: int = Field(default=0, sa_column_kwargs=_later("0"))
    """Of those that wait the lowest begins first."""
    queued_for: str | None = None
    """`workflow_limit`, `key_limit` or `cap`, while it waits."""
    business_key: str | None = None
    """What people call the matter that it is about."""
    stored_bytes: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_later("0"))
    """About how much its record and its large values take."""
    searchable: str | None = Field(default=None, sa_type=Text)
    """A JSON list of paths into its output whose values the search finds."""
    fingerprint: str | None = None
    """Of a run that failed or timed out: the same for the same failures."""
    duration_ms: int | None = Field(default=None, sa_type=BigInteger)
    """From its start to its end."""


class NodeRun(SQLModel, table=True):
    __tablename__ = "node_runs"
    __table_args__ = (Index("ix_node_runs_listed", "run_id", "place"),)
    run_id: str = Field(primary_key=True, foreign_key="runs.id")
    key: str = Field(primary_key=True)
    place: int
    status: str
    row: str = Field(sa_type=SealedText("node_runs.row"))
    """The row in the shape of the contract."""


class RunEventRow(SQLModel, table=True):
    __tablename__ = "run_events"
    run_id: str = Field(primary_key=True, foreign_key="runs.id")
    seq: int = Field(primary_key=True)
    event: str = Field(sa_type=SealedText("run_events.event"))


class NodeResultRow(SQLModel, table=True):
    __tablename__ = "node_results"
    __table_args__ = (
        Index("ix_node_results_by_age", "workspace_id", "stored_at"),
        Index("ix_node_results_by_workflow", "workflow_id"),
        Index("ix_node_results_by_end", "expires_at"),
    )
    workspace_id: str = Field(primary_key=True, foreign_key="workspaces.id")
    digest: str = Field(primary_key=True)
    """SHA-256 of the node's type, its rendered config and its credential."""
    workflow_id: str
    sealed: str = Field(sa_type=Text)
    """Base64 of the encrypted output."""
    key_id: str
    size: int
    stored_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)


class FailureDecision(SQLModel, table=True):
    __tablename__ = "failure_decisions"
    workspace_id: str = Field(primary_key=True, foreign_key="workspaces.id")
    fingerprint: str = Field(primary_key=True)
    state: str
    """`resolved` or `ignored`."""
    by: str
    decided_at: datetime = Field(sa_type=UtcTime)


class SavedRunFilter(SQLModel, table=True):
    __tablename__ = "run_filters"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)
    id: str = Field(primary_key=True)
    workspace_id: str = Field(foreign_key="workspaces.id")
    name: str
    query: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcTime)


class Credential(SQLModel, table=True):
    __tablename__ = "credentials"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)
    id: str = Field(primary_key=True)
    workspace_id: str = Field(foreign_key="workspaces.id", index=True)
    name: str
    kind: str
    key_id: str
    sealed: str = Field(sa_type=Text)
    """Base64 of what the vault encrypted."""
    hosts: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)
