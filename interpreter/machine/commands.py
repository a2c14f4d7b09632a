"""What the machine asks for."""

from dataclasses import dataclass

from interpreter.json_value import Json, JsonObject
from interpreter.plan import PlannedNode
from interpreter.protocol import ErrorValue, RunStatus


@dataclass(frozen=True, slots=True)
class RunNode:
    """Run a service node as one activity."""

    key: str
    node: PlannedNode
    scope: JsonObject


@dataclass(frozen=True, slots=True)
class CancelNode:
    """Tell a running activity to stop; it answers by `NodeCancelled`, or with what it had."""

    key: str


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Evaluate a template that may not be evaluated inside the workflow; the key is None for the run's output."""

    key: str | None
    field: str
    template: Json
    scope: JsonObject


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Fire at an absolute time."""

    timer: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CancelTimer:
    timer: str


@dataclass(frozen=True, slots=True)
class Continue:
    """The budget of this step is spent: answer with `Continued` in a new activation."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The run has ended; no event changes anything any more."""

    status: RunStatus
    output: Json
    error: ErrorValue | None


Command = RunNode | CancelNode | Evaluate | StartTimer | CancelTimer | Continue | Finish
