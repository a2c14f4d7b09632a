"""What the machine asks for."""

from dataclasses import dataclass

from interpreter.json_value import Json, JsonObject
from interpreter.plan import PlannedNode
from interpreter.protocol import Batch, ErrorValue, EvaluationKind, RunStatus


@dataclass(frozen=True, slots=True)
class RunNode:
    """Run a service node as one activity."""

    key: str
    node: PlannedNode
    scope: JsonObject
    inline_bytes: int
    """A larger output becomes a reference."""
    attempt: int = 1
    """Of this instance, counted over all its activities."""


@dataclass(frozen=True, slots=True)
class CancelNode:
    """Tell a running activity to stop; it answers by `NodeCancelled`, or with what it had."""

    key: str


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Evaluate a template that may not be evaluated inside the workflow; the key is None for the run's output."""

    key: str | None
    field: str
    kind: EvaluationKind
    template: Json
    scope: JsonObject
    type: str = ""
    """Of a data node that is evaluated as a whole."""
    inline_bytes: int = 0
    extracts: tuple[tuple[str | int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Fire at an absolute time."""

    timer: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CancelTimer:
    timer: str


@dataclass(frozen=True, slots=True)
class OpenWait:
    """Answers for this instance are accepted from now on; `wait` says what is asked."""

    key: str
    wait: JsonObject


@dataclass(frozen=True, slots=True)
class CloseWait:
    key: str


@dataclass(frozen=True, slots=True)
class StartChild:
    """Start a run of another workflow: `{workflow, version, input, wait}`."""

    key: str
    request: JsonObject


@dataclass(frozen=True, slots=True)
class StartBatch:
    """Run a stretch of a map's items as an execution of its own."""

    key: str
    child_id: str
    batch: Batch


@dataclass(frozen=True, slots=True)
class CancelChild:
    """Tell a child run or a batch to stop; it answers by `ChildEnded`."""

    key: str
    child_id: str
    is_batch: bool = False
    draining: bool = False


@dataclass(frozen=True, slots=True)
class PauseBatch:
    """Tell a batch to start nothing new, or to go on."""

    key: str
    child_id: str
    paused: bool
    by: str


@dataclass(frozen=True, slots=True)
class Respond:
    """The run has answered its caller: `{output, status, headers}`."""

    response: JsonObject


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """There is enough to record, or a status that others must see."""


@dataclass(frozen=True, slots=True)
class Continue:
    """The budget of this step is spent: answer with `Continued` in a new activation."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The run has ended; no event changes anything any more."""

    status: RunStatus
    output: Json
    error: ErrorValue | None


Command = (
    RunNode
    | CancelNode
    | Evaluate
    | StartTimer
    | CancelTimer
    | OpenWait
    | CloseWait
    | StartChild
    | StartBatch
    | CancelChild
    | PauseBatch
    | Respond
    | Checkpoint
    | Continue
    | Finish
)
