"""What a control construct is given to decide with, and what it may decide."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from interpreter.json_value import Json, JsonObject
from interpreter.node_type import NodeType


class Decision(Protocol):
    """One control node instance that is about to be decided.

    A construct may be asked more than once: `value` leaves it (by an exception that it must let
    pass) while an expression is evaluated elsewhere, and answers from memory the next time.
    """

    @property
    def config(self) -> JsonObject:
        """The raw config."""

    def value(self, *path: str | int) -> Json:
        """The rendered value at a path of the config; None where the config has nothing."""

    def taken_outputs(self) -> JsonObject:
        """The outputs of the sources of the taken edges, by node id, null for a source without one."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """The instance succeeds and leaves by a port."""

    output: Json = None
    port: str = "out"


@dataclass(frozen=True, slots=True)
class Fails:
    """The instance fails; `on_error` says what that means."""

    name: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class StopsRun:
    """The whole run ends as succeeded with this output."""

    output: Json


Outcome = Leaves | Fails | StopsRun


@dataclass(frozen=True, slots=True)
class Construct:
    """A control node type and the way it is decided."""

    node_type: NodeType
    decide: Callable[[Decision], Outcome]
