"""What the machine is told: each event carries its time, in milliseconds since 1970."""

from dataclasses import dataclass

from interpreter.json_value import Json, JsonObject
from interpreter.protocol import Attempt, ErrorValue, LogLine, RunStatus


@dataclass(frozen=True, slots=True)
class NodeSucceeded:
    at_ms: int
    key: str
    output: Json
    input: Json = None
    attempts: int = 1
    port: str = "out"
    logs: tuple[LogLine, ...] = ()
    cached_at: str | None = None
    tried: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeFailed:
    """Temporal has given up on the activity, or its one attempt failed where the machine keeps the retries."""

    at_ms: int
    key: str
    name: str
    message: str
    attempts: int = 1
    retryable: bool = False
    hint: str | None = None
    details: Json = None
    input: Json = None
    retry_after_ms: int | None = None
    logs: tuple[LogLine, ...] = ()
    tried: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class AttemptsKnown:
    """What an activity under way has said and tried so far; of the first attempt the first lines may be left out."""

    at_ms: int
    key: str
    attempts: tuple[Attempt, ...]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class NodeCancelled:
    """The activity has ended because it was told to."""

    at_ms: int
    key: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The answer to an `Evaluate` command: a value, or an error `{name, message, hint?}`."""

    at_ms: int
    key: str | None
    field: str
    value: Json = None
    error: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class TimerFired:
    at_ms: int
    timer: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody or something has answered an open wait: `{by, payload, decision?, reason?, form?}`."""

    at_ms: int
    key: str
    answer: JsonObject


@dataclass(frozen=True, slots=True)
class ChildStarted:
    at_ms: int
    key: str
    child_id: str


@dataclass(frozen=True, slots=True)
class ChildEnded:
    """A child run or a batch has ended, or could not begin (then without an id)."""

    at_ms: int
    key: str
    child_id: str
    status: RunStatus
    output: Json = None
    error: ErrorValue | None = None


@dataclass(frozen=True, slots=True)
class Intervened:
    """A person skips an instance, gives its output, or decides a held one."""

    at_ms: int
    key: str
    action: str
    """`skip`, `output`, `retry` or `fail`."""
    by: str = ""
    output: Json = None
    port: str = "out"


@dataclass(frozen=True, slots=True)
class CancelRequested:
    at_ms: int


@dataclass(frozen=True, slots=True)
class DrainRequested:
    """To a batch: start nothing new, let what runs come to its end."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class PauseRequested:
    at_ms: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class ResumeRequested:
    at_ms: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Continued:
    """The answer to `Continue`: the machine may spend another budget."""

    at_ms: int


Event = (
    NodeSucceeded
    | NodeFailed
    | NodeCancelled
    | AttemptsKnown
    | Evaluated
    | TimerFired
    | Answered
    | ChildStarted
    | ChildEnded
    | Intervened
    | CancelRequested
    | DrainRequested
    | PauseRequested
    | ResumeRequested
    | Continued
)
