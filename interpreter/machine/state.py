"""Everything a run knows about itself between two events."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from interpreter.json_value import Json, JsonObject
from interpreter.machine.commands import Command
from interpreter.plan import Plan, PlannedNode
from interpreter.protocol import NODE_ENDS, Attempt, Batch, ErrorValue, NodeStatus, RunEvent, RunStatus
from interpreter.reuse.recorded import Reuse

_EPOCH = datetime(1970, 1, 1)
STEP_BUDGET = 2_000
"""Cost units that one step may spend, so that whoever pumps the machine can answer in time."""
NEVER_STARTED = 1_000_000_000
"""Added to the definition order of instances that never started, so that they are listed last."""


@dataclass(slots=True)
class Instance:
    """A node in a frame."""

    node: PlannedNode
    frame: "Frame"
    key: str
    taken: int = 0
    not_taken: int = 0
    """How many incoming edges are decided, and how."""
    status: NodeStatus = "pending"
    queued: bool = False
    place: int = -1
    """Its place in the list of node rows: the order of start."""
    attempt: int = 0
    started_ms: int | None = None
    ended_ms: int | None = None
    input: Json = None
    output: Json = None
    has_output: bool = False
    large: bool = False
    """The output holds a reference to a value that is kept elsewhere."""
    error: ErrorValue | None = None
    port: str | None = None
    cancelling: bool = False
    answers: dict[str, JsonObject] = field(default_factory=dict)
    """Evaluated fields: `{"value": …}` or `{"error": …}`."""
    asked: dict[str, JsonObject] = field(default_factory=dict)
    """Fields whose evaluation is under way, each with what was asked."""
    failures: list[int] = field(default_factory=list)
    """Per policy of a retry list: the failures it matched."""
    memory: JsonObject = field(default_factory=dict)
    """What a container or a wait remembers between two decisions; plain JSON."""
    frames: dict[int, "Frame"] = field(default_factory=dict)
    """The frames of a container by their number, as long as it needs them."""
    closing: JsonObject | None = None
    """How a container ends once its open frames have: `{"error": …}` or `{"output": …, "port": …}`."""
    woken: bool = False
    cached_at: str | None = None
    """When the call was made whose output it took from the cache."""
    reused: bool = False
    """Its end was taken over from the run that this one repeats."""
    size: int = 0
    """Of a container that has ended: the instances that it had."""
    tried: list[Attempt] = field(default_factory=list)
    """What is known of its attempts, until the record has it."""

    @property
    def ended(self) -> bool:
        return self.status in NODE_ENDS

    def open_frames(self) -> list["Frame"]:
        return [frame for frame in self.frames.values() if not frame.ended]


@dataclass(slots=True)
class Ending:
    """Why a frame ends before its time."""

    error: ErrorValue | None
    """The failure that reached it; None when it is cancelled."""
    draining: bool = False


class Frame:
    """One execution of a scope: the run itself, an item of a map, an iteration of a loop, …"""

    __slots__ = (
        "ended", "ended_as", "ending", "errors", "finally_error", "instances", "large", "locals", "number", "open", "outer", "outputs",
        "owner", "path",
    )  # fmt: skip

    def __init__(self, owner: Instance | None, number: int, path: tuple[int, ...], locals: JsonObject) -> None:
        self.owner = owner
        """The container's instance; None for the run's own frame."""
        self.number = number
        """The index of the item or iteration; 0 for a try, a finally and the run."""
        self.path = path
        """The indices in the keys of its instances."""
        self.locals = locals
        """Of `item`, `index`, `count` and `carry` those that this frame has itself."""
        self.outer: JsonObject = {}
        """Roots from outside of this execution: those of a batch."""
        self.instances: dict[int, Instance] = {}
        """By node index, in definition order."""
        self.open = 0
        """Instances, its finally not counted, that have not ended."""
        self.outputs: JsonObject = {}
        """`nodes.<id>`: the outputs that expressions can see."""
        self.errors: JsonObject = {}
        """`errors.<id>`."""
        self.large: dict[str, None] = {}
        """What of this frame holds references to values kept elsewhere: `nodes.<id>`, `item`, `carry`."""
        self.ending: Ending | None = None
        self.finally_error: ErrorValue | None = None
        self.ended = False
        self.ended_as = 0
        """Its place among all frames that have ended."""

    @property
    def enclosing(self) -> "Frame | None":
        return None if self.owner is None else self.owner.frame

    def outward(self) -> Iterator["Frame"]:
        """This frame, then those around it."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.enclosing


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run is given at its start."""

    run_id: str
    version: int | None
    input: Json
    trigger: JsonObject
    vars: JsonObject
    started_ms: int
    resume_url: str = ""
    depth: int = 0
    stop_after: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The end that the run will have, once everything in it has ended."""

    status: RunStatus
    output: Json = None
    error: ErrorValue | None = None


class State:
    """A run between two events. `start`, `advance` and `restore` change it in place and return it."""

    def __init__(
        self, plan: Plan, context: RunContext, batch: Batch | None = None, reuse: Reuse | None = None
    ) -> None:
        self.plan = plan
        self.context = context
        self.batch = batch
        self.reuse = reuse or Reuse()
        """Of a rerun: recorded ends that instances take over instead of beginning."""
        self.root = Frame(None, 0, (), {})
        self.by_key: dict[str, Instance] = {}
        """Every instance of a frame that is still needed."""
        self.queue: deque[Instance] = deque()
        """Instances that are ready to begin."""
        self.woken: deque[Instance] = deque()
        """Containers and waits that have something new to decide on: always before the queue."""
        self.now_ms = context.started_ms
        self.decided: Decided | None = None
        self.finished = False
        self.stop_reached = False
        """The node after which the run is to stop has succeeded."""
        self.paused = False
        self.cancels = 0
        """How often a person asked for the cancel."""
        self.answers: dict[str, JsonObject] = {}
        self.asked: dict[str, JsonObject] = {}
        """Of the run's own output, like those of an instance."""
        self.timers: dict[str, int] = {}
        """Open timers and when they fire."""
        self.graces = 0
        self.frames_ended = 0
        self.places = 0
        self.busy = 0
        """Instances, containers not counted, that run or will retry."""
        self.waiting = 0
        """Instances that wait: for a time, a person, an event."""
        self.inline = 0
        """Bytes of outputs that travel inline."""
        self.status: RunStatus = "running"
        """As it was last noted."""
        self.response: JsonObject | None = None
        self.seq = 0
        self.events: list[RunEvent] = []
        """Events since the last checkpoint."""
        self.changed: dict[str, Instance] = {}
        """Instances that changed since the last checkpoint, in order of change."""
        self.checkpoint_asked = False
        self.recorded_status: RunStatus = "running"
        """What the record says of the run."""
        self.other_errors: list[ErrorValue] = []
        """Failures that decided nothing."""
        self.spent = 0
        """Cost units of the step under way."""
        self.waits_for_continue = False
        self.commands: list[Command] = []
        self.shared = _shared(context)
        """The roots that are the same everywhere in the run."""

    def instance(self, key: str) -> Instance:
        return self.by_key[key]


def _shared(context: RunContext) -> JsonObject:
    run = {
        "id": context.run_id,
        "version": context.version,
        "started_at": iso(context.started_ms),
        "resume_url": context.resume_url,
    }
    return {"input": context.input, "vars": context.vars, "run": run, "trigger": context.trigger}


def iso(at_ms: int) -> str:
    """A time in milliseconds since 1970 as ISO 8601 in UTC."""
    moment = _EPOCH + timedelta(milliseconds=at_ms)
    return moment.isoformat(timespec="milliseconds") + "Z"
