"""The types and names that cross Temporal, between the API, the run workflow and the node activities.

Rows and events are TypedDicts in the shape of the public contract, so that they travel, are stored
and are served without a conversion. Times are ISO 8601 in UTC with milliseconds.
"""

from dataclasses import dataclass, field
from typing import Literal, NotRequired, TypedDict

from interpreter.json_value import Json, JsonObject

INTERPRETER_VERSION = 1
"""Written into every start; behaviour that alters history is behind `if interpreter >= n`."""

RUN_WORKFLOW = "holdfast.run"
WORKER_QUEUE = "holdfast"
"""The generic run workflow and all node activities: one queue, so that activities start eagerly."""
PLATFORM_QUEUE = "holdfast-platform"
"""Served by the API process: the record."""
RECORD_ACTIVITY = "holdfast.record"
EVALUATE_ACTIVITY = "holdfast.evaluate"
LOAD_PLAN_ACTIVITY = "holdfast.load_plan"
EVENTS_QUERY = "events"
NODES_QUERY = "nodes"

INLINE_PLAN_BYTES = 64 * 1024

RunStatus = Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled", "timed_out"]
RUN_ENDS: tuple[RunStatus, ...] = ("succeeded", "failed", "cancelled", "timed_out")
NodeStatus = Literal["pending", "running", "waiting", "retrying", "succeeded", "failed", "skipped", "cancelled"]
NODE_ENDS: tuple[NodeStatus, ...] = ("succeeded", "failed", "skipped", "cancelled")


class ErrorValue(TypedDict):
    """The error of a run or a node, as the contract shows it."""

    name: str
    message: str
    node_id: str | None
    key: str | None
    attempts: int
    retryable: bool
    hint: NotRequired[str]
    details: NotRequired[Json]
    abandoned: NotRequired[bool]


class NodeRow(TypedDict):
    """One node instance of a run."""

    node_id: str
    iteration: str | None
    key: str
    type: str
    status: NodeStatus
    attempt: int
    started_at: str | None
    ended_at: str | None
    input: Json
    output: Json
    error: ErrorValue | None
    reused: bool
    cached_at: str | None


class RunEvent(TypedDict):
    """One frame of the live view; `seq` counts from 1 without gaps over the whole chain."""

    seq: int
    at: str
    run_id: str
    event: Literal["run", "node", "attempt", "log", "end"]
    node_id: NotRequired[str]
    key: NotRequired[str]
    status: NotRequired[str]
    attempt: NotRequired[int]
    error: NotRequired[ErrorValue]


@dataclass(frozen=True)
class RunStart:
    """The input of the run workflow."""

    interpreter: int
    run_id: str
    """`<workspace id>-<ulid>`; also the Temporal workflow id."""
    workspace_id: str
    workflow_id: str
    version: int | None
    """None for a run of the draft."""
    plan: str | None
    """The plan's JSON text, up to 64 KiB; a larger plan is loaded by its hash."""
    plan_hash: str
    input: Json
    trigger: JsonObject
    vars: JsonObject = field(default_factory=dict)
    grant: str = ""
    """Signed permission to lease this run's credentials."""
    snapshot: Json = None
    """The machine's state when this execution continues an earlier one."""
    continue_after: int | None = None
    """Continue as new after this many events; None follows the server's suggestion."""


@dataclass(frozen=True)
class RunEnd:
    """The result of the run workflow."""

    status: RunStatus
    output: Json = None


@dataclass(frozen=True)
class NodeCall:
    """The input of a node activity."""

    run_id: str
    workspace_id: str
    node_id: str
    key: str
    type: str
    config: JsonObject
    """The raw config; its expressions are rendered in the activity."""
    scope: JsonObject
    """The roots that the config's expressions read, and nothing else."""
    credential: str | None = None
    grant: str = ""
    jitter: bool = True
    """Full jitter: the activity itself chooses the pause before Temporal's next attempt."""

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt: `run:node` or `run:node#iteration`."""
        return f"{self.run_id}:{self.key}"


@dataclass(frozen=True)
class NodeResult:
    """The answer of a node activity."""

    output: Json
    input: Json = None
    """The rendered config, or `{"$omitted": bytes}` when it is large."""
    attempts: int = 1
    port: str = "out"


@dataclass(frozen=True)
class FailureDetail:
    """The details that travel with a failed attempt (the first detail of an `ApplicationError`)."""

    attempts: int
    retryable: bool
    hint: str | None = None
    details: Json = None
    input: Json = None


@dataclass(frozen=True)
class Evaluation:
    """The input of the evaluate activity: a template too costly for the workflow."""

    template: Json
    scope: JsonObject
    at_ms: int
    """The time that `$now()` and `$millis()` answer."""
    seed: str
    """Seeds `$random()` and `$shuffle()`; the same for every attempt."""


@dataclass(frozen=True)
class EvaluationResult:
    """A value, or the error that the expression ended with."""

    value: Json = None
    error: JsonObject | None = None
    """`{name, message, hint?}`"""


@dataclass(frozen=True)
class RunRecord:
    """What the record activity writes: an idempotent checkpoint, or the end."""

    run_id: str
    workspace_id: str
    status: RunStatus
    started_at: str
    ended_at: str | None
    output: Json
    error: ErrorValue | None
    nodes: list[NodeRow]
    """All rows whose state changed since the last checkpoint, each with its place in `order`."""
    order: list[int]
    """The place of each row of `nodes` in the run's list."""
    events: list[RunEvent]
    """The events since the last checkpoint."""
