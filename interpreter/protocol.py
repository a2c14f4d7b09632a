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
EXPRESS_QUEUE = "holdfast-express"
"""Runs in express mode: their nodes run inside of the workflow task, so their worker may call out itself."""
DRY_RUN_QUEUE = "holdfast-dry-run"
"""Its workers hold only stubs: nothing of a dry run can leave."""
PLATFORM_QUEUE = "holdfast-platform"
"""Served by the API process: the record."""
RECORD_ACTIVITY = "holdfast.record"
EVALUATE_ACTIVITY = "holdfast.evaluate"
LOAD_PLAN_ACTIVITY = "holdfast.load_plan"
START_CHILD_ACTIVITY = "holdfast.start_child"
CANCEL_CHILD_ACTIVITY = "holdfast.cancel_child"
"""Both on the platform queue: a child run goes through the same door as every run."""
EVENTS_QUERY = "events"
NODES_QUERY = "nodes"
NODE_QUERY = "node"
PROGRESS_QUERY = "progress"
ANSWER_UPDATE = "answer"
INTERVENE_UPDATE = "intervene"
PAUSE_UPDATE = "pause"
RESUME_UPDATE = "resume"
RESPONSE_UPDATE = "response"
"""Waits until the run has answered its caller (`core.respond`) or has ended."""
CHILD_ENDED_SIGNAL = "child_ended"
CANCEL_SIGNAL = "cancel"
"""A second cancel by a person: Temporal itself tells a run only of the first."""
DRAIN_SIGNAL = "drain"
ATTEMPTS_SIGNAL = "attempts"
"""From who watches a run: what its running nodes have said and tried so far."""
PAUSE_SIGNAL = "pause_batch"
"""To a batch: whether its run is paused, and who said so."""

INLINE_BYTES = 16 * 1024
"""Larger outputs travel as a reference into payload storage."""
INLINE_RUN_BYTES = 512 * 1024
"""So much may travel inline in one run altogether; then everything above `EXTRACT_BYTES` is a reference."""
EXTRACT_BYTES = 4 * 1024
BATCH_ITEMS = 200
"""A map of more items runs in batches, each an execution of its own."""

INLINE_PLAN_BYTES = 64 * 1024

RunStatus = Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled", "timed_out"]
RUN_ENDS: tuple[RunStatus, ...] = ("succeeded", "failed", "cancelled", "timed_out")
NodeStatus = Literal["pending", "running", "waiting", "retrying", "succeeded", "failed", "skipped", "cancelled"]
NODE_ENDS: tuple[NodeStatus, ...] = ("succeeded", "failed", "skipped", "cancelled")


class ErrorValue(TypedDict):
    """As the contract shows it."""

    name: str
    message: str
    node_id: str | None
    key: str | None
    attempts: int
    retryable: bool
    hint: NotRequired[str]
    details: NotRequired[Json]
    abandoned: NotRequired[bool]
    items: NotRequired[list[JsonObject]]
    """Of a map: `{index, error}` for each item that failed."""


class LogLine(TypedDict):
    """What a node said while it ran."""

    at: str
    level: Literal["debug", "info", "warning", "error"]
    message: str


class AttemptError(TypedDict):
    name: str
    message: str
    retryable: bool


class Attempt(TypedDict):
    """One try of a node's call."""

    number: int
    """From 1, over all activities of the instance."""
    started_at: str | None
    """None of one that was lost before it could tell anything, as is its worker."""
    ended_at: str | None
    worker: str | None
    error: AttemptError | None
    logs: list[LogLine]


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
    port: str | None
    """The port that it left by; None while it has not, and where it left by none."""
    reused: bool
    """Its end was taken over from the run that this one repeats."""
    cached_at: str | None
    attempts: NotRequired[list[Attempt]]
    """Of a service node; lists of rows leave it out."""


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
    message: NotRequired[str]
    """Of a log line, with its `level`."""
    level: NotRequired[str]
    by: NotRequired[str]
    """Who intervened."""
    cached_at: NotRequired[str]
    """When the call was made whose output the node took from the cache."""
    reused: NotRequired[bool]


@dataclass(frozen=True)
class Batch:
    """A stretch of a map's items: an execution of its own, but part of the same run."""

    key: str
    """The map's instance key; its node id and path are read from it."""
    number: int
    first: int
    """The index of its first item."""
    count: int
    """Of the whole map."""
    items: Json
    """A list, or a reference to one."""
    concurrency: int
    tolerated: int
    """Failures after which this batch fails."""
    outer: JsonObject
    """The roots that its nodes see from outside: `nodes`, `errors`, `item`, …"""
    paused: bool = False
    """The run is paused: it starts nothing until it is told."""


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
    caller: JsonObject | None = None
    """`{run_id, key}` of the run that waits for this one as its child."""
    depth: int = 0
    """How many runs call each other down to this one."""
    batch: Batch | None = None
    mocks: JsonObject = field(default_factory=dict)
    dry_run: bool = False
    """Node activities go to the queue whose workers hold only stubs."""
    stop_after: str | None = None
    """The id of the node after which the run stops ("run up to here")."""
    resume_url: str = ""
    """Where events for this run's waits may be sent; `run.resume_url` of expressions."""
    reuses: bool = False
    """A rerun that takes over recorded ends: it loads them first."""


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
    inline_bytes: int = INLINE_BYTES
    """A larger output is kept in payload storage, and a reference to it is returned."""
    extracts: list[list[str | int]] = field(default_factory=list)
    """The paths that expressions inside the workflow read from the output."""
    mock: Json = None
    """Stands for the call: `{"output"}`, `{"error"}`, `{"sequence"}` or `{"expression"}`."""
    earlier_attempts: int = 0
    """Attempts by other activities of the same instance: where the machine keeps the retries, or a person retried."""
    cache_ms: int = 0
    """The output of an equal call that is not older may be taken instead of calling; 0: never."""

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
    logs: list[LogLine] = field(default_factory=list)
    cached_at: str | None = None
    """When the call was made whose output this is; None for this call's own."""
    tried: list[Attempt] = field(default_factory=list)
    """This attempt and those before it, with their `logs`."""


EvaluationKind = Literal["value", "items", "gather", "transform"]
"""What an evaluation answers: the rendered value; a list in chunks of `BATCH_ITEMS` when it is large
(`{"$items": {"count", "chunks": [reference, …]}}`); the parts of a list put together (each part of the
template is a list or a reference to one); or the output of the data node `type` with the template as its config."""


@dataclass(frozen=True)
class Evaluation:
    """The input of the evaluate activity: a template too costly for the workflow."""

    template: Json
    scope: JsonObject
    at_ms: int
    """The time that `$now()` and `$millis()` answer."""
    seed: str
    """Seeds `$random()` and `$shuffle()`; the same for every attempt."""
    kind: EvaluationKind = "value"
    type: str = ""
    run_id: str = ""
    workspace_id: str = ""
    inline_bytes: int = INLINE_BYTES
    extracts: list[list[str | int]] = field(default_factory=list)


@dataclass(frozen=True)
class EvaluationResult:
    """A value, or the error that the expression ended with."""

    value: Json = None
    error: JsonObject | None = None
    """`{name, message, hint?}`"""


@dataclass(frozen=True)
class ChildStart:
    """The input of the start-child activity, which answers `{"run_id"}`.

    Its errors: `UnknownWorkflow`, `NotPublished`, `InvalidInput`, `TooDeep`; none of them is retried.
    """

    run_id: str
    workspace_id: str
    key: str
    """With the run's id the idempotency key of the child."""
    workflow: str
    """An id, or a name that only one workflow of the workspace has."""
    version: int | None
    """None: the one that is published when the child starts."""
    input: Json
    wait: bool
    """Whether the end is to be told to this run (`CHILD_ENDED_SIGNAL`)."""
    depth: int
    """The depth of the child."""
    dry_run: bool = False


@dataclass(frozen=True)
class ChildEnd:
    """The signal by which a child run, or a batch of a map, tells its end."""

    key: str
    child_id: str
    status: RunStatus
    output: Json = None
    error: ErrorValue | None = None


@dataclass(frozen=True)
class Answer:
    """The argument of the answer update: an event or a decision for an open wait.

    Refused with the error types `NoSuchWait`, `WaitClosed`, `NotAnApprover`, `AlreadyAnswered`.
    """

    key: str
    by: str
    """Who answers: an account, a key, or the link."""
    payload: Json = None
    decision: Literal["approve", "reject"] | None = None
    reason: str = ""
    form: Json = None


@dataclass(frozen=True)
class AttemptsTold:
    """The argument of the attempts signal."""

    key: str
    attempts: list[Attempt]
    skipped: int = 0
    """Lines of the first of them that were told before and are left out."""


@dataclass(frozen=True)
class Intervention:
    """The argument of the intervene update, refused with `NoSuchInstance` and `NotOpen`."""

    key: str
    action: Literal["skip", "output", "retry", "fail"]
    by: str
    output: Json = None
    port: str = "out"


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
    response: JsonObject | None = None
    """`{"output", …}` of `core.respond`, once the run has answered its caller."""
    attention: str | None = None
    """`paused`, or None."""
    batch: bool = False
    """Rows of a batch: they belong to the run, and say nothing of its status."""
    caller: JsonObject | None = None
    """Who is to be told of the end: `{run_id, key}`."""
