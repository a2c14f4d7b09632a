"""What a control construct is given to decide with, and what it may decide."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from interpreter.json_value import Json, JsonObject
from interpreter.node_type import NodeType
from interpreter.protocol import ErrorValue


class EndedFrame(Protocol):
    """A frame of a container that has ended and has not been dropped yet."""

    @property
    def number(self) -> int: ...

    @property
    def error(self) -> ErrorValue | None:
        """The failure that ended it; None when it succeeded."""

    @property
    def finally_error(self) -> ErrorValue | None:
        """The failure of its finally."""

    @property
    def value(self) -> Json:
        """The output of its last nodes."""


class Decision(Protocol):
    """One control node instance that is to be decided.

    A construct is asked again whenever something has happened that concerns it: an expression was
    evaluated elsewhere, a frame has ended, a timer has fired, an answer has come. What it must not
    forget in between it keeps in `memory`. `value` and its like leave it by an exception that it
    must let pass while an expression is evaluated elsewhere, and answer from memory the next time.
    """

    @property
    def config(self) -> JsonObject:
        """The raw config."""

    @property
    def memory(self) -> JsonObject:
        """Plain JSON, the construct's own; empty at the first time."""

    @property
    def now_ms(self) -> int: ...

    @property
    def budget_is_spent(self) -> bool:
        """Whether a construct that could go on and on should let others answer first (`Runs(again=True)`)."""

    @property
    def depth(self) -> int:
        """How many runs call each other down to this one."""

    def value(self, *path: str | int) -> Json:
        """The rendered value at a path of the config; None where the config has nothing."""

    def items(self, *path: str | int) -> Json:
        """Like `value`; a list that is too large to be here comes as `{"$items": {"count", "chunks"}}`."""

    def show_input(self, input: Json) -> None:
        """What the record says that the instance was given."""

    def transformed(self) -> Json:
        """The output of a data node."""

    def value_now(self, field: str, round: int, locals: JsonObject) -> Json:
        """The value of a field in this round, in the container's own frame with these locals."""

    def value_after(self, field: str, frame: EndedFrame, locals: JsonObject | None = None) -> Json:
        """The value of a field in a frame that has ended."""

    def gathered(self, parts: list[Json]) -> Json:
        """The lists of `parts` (or references to lists) as one list."""

    def taken_outputs(self) -> JsonObject:
        """The outputs of the sources of the taken edges, by node id, null for a source without one."""

    # containers

    def open_frame(self, number: int, locals: JsonObject, indexed: bool = True) -> None:
        """Begins an execution of the scope that the node owns."""

    def open_count(self) -> int:
        """How many frames have not ended."""

    def ended_frames(self) -> list[EndedFrame]:
        """The frames that have ended and were not dropped, in order of their end."""

    def drop(self, frame: EndedFrame) -> None:
        """The frame is not needed any more."""

    def fail_open_frames(self, error: ErrorValue) -> None:
        """Begins to end the open frames as failed."""

    def start_batch(self, number: int, first: int, items: Json, concurrency: int, tolerated: int) -> None:
        """Runs a stretch of a map's items as an execution of its own."""

    def own_error(self, name: str, message: str, hint: str | None = None) -> ErrorValue:
        """An error of this instance itself."""

    # waits

    def start_timer(self, kind: str, at_ms: int) -> None:
        """Starts the instance's timer of that kind, if it is not running; `fired` tells when it is over."""

    def fired(self, kind: str) -> bool:
        """Whether the timer has fired since it was last asked."""

    def open_wait(self, wait: JsonObject) -> None:
        """Accepts answers from now on; a second call tells the changed wait."""

    def answers(self) -> list[JsonObject]:
        """All answers that have come."""

    def start_child(self, request: JsonObject) -> None:
        """Starts a run of another workflow, once."""

    def child(self) -> JsonObject | None:
        """`{child_id, status, output, error}` of the child: status `started`, then as it ended."""

    def respond(self, response: JsonObject) -> bool:
        """Answers the caller of the run; False when it was answered before."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """The instance succeeds and leaves by a port."""

    output: Json = None
    port: str | None = "out"


@dataclass(frozen=True, slots=True)
class Fails:
    """The instance fails; `on_error` says what that means."""

    name: str
    message: str
    hint: str | None = None
    details: Json = None


@dataclass(frozen=True, slots=True)
class FailsWith:
    """The instance fails with an error that came from inside of it."""

    error: ErrorValue


@dataclass(frozen=True, slots=True)
class LeavesWithError:
    """The instance succeeds although something inside of it failed: `errors.<id>` is set."""

    output: Json
    port: str
    error: ErrorValue


@dataclass(frozen=True, slots=True)
class StopsRun:
    """The whole run ends as succeeded with this output."""

    output: Json


@dataclass(frozen=True, slots=True)
class Runs:
    """Something of it is under way: it is asked again."""

    again: bool = False
    """At once, but after whoever pumps the machine had a chance to answer others."""


@dataclass(frozen=True, slots=True)
class Waits:
    """It waits for a time, a person or an event: it is asked again."""


Outcome = Leaves | LeavesWithError | Fails | FailsWith | StopsRun | Runs | Waits


@dataclass(frozen=True, slots=True)
class Construct:
    """A control node type and the way it is decided."""

    node_type: NodeType
    decide: Callable[[Decision], Outcome]
    keeps_deadline: bool = False
    """Its deadline is one of its own timers; else it fails with `Timeout`."""
    count_frames: Callable[[JsonObject], tuple[int, int]] | None = None
    """Of a container, from its memory: the frames that are over, and all that are to be; None for one frame."""
