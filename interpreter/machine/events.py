"""What the machine is told: each event carries its time, in milliseconds since 1970."""

from dataclasses import dataclass

from interpreter.json_value import Json, JsonObject


@dataclass(frozen=True, slots=True)
class NodeSucceeded:
    at_ms: int
    key: str
    output: Json
    input: Json = None
    attempts: int = 1
    port: str = "out"


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
class CancelRequested:
    at_ms: int


@dataclass(frozen=True, slots=True)
class Continued:
    """The answer to `Continue`: the machine may spend another budget."""

    at_ms: int


Event = NodeSucceeded | NodeFailed | NodeCancelled | Evaluated | TimerFired | CancelRequested | Continued
