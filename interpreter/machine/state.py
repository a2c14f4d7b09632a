"""Everything a run knows about itself between two events."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from interpreter.json_value import Json, JsonObject
from interpreter.machine.commands import Command
from interpreter.plan import Plan, PlannedNode
from interpreter.protocol import NODE_ENDS, ErrorValue, NodeStatus, RunEvent, RunStatus

_EPOCH = datetime(1970, 1, 1)
NEVER_STARTED = 1_000_000_000
"""Added to the definition order of instances that never started, so that they are listed last."""


@dataclass(slots=True)
class Instance:
    """A node in a frame."""

    node: PlannedNode
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
    error: ErrorValue | None = None
    port: str | None = None
    cancelling: bool = False
    abandoned: bool = False
    answers: dict[str, JsonObject] = field(default_factory=dict)
    """Evaluated fields: `{"value": …}` or `{"error": …}`."""
    asked: set[str] = field(default_factory=set)
    """Fields whose evaluation is under way."""
    failures: list[int] = field(default_factory=list)
    """Per policy of a retry list: the failures it matched."""

    @property
    def ended(self) -> bool:
        return self.status in NODE_ENDS


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run is given at its start."""

    run_id: str
    version: int | None
    input: Json
    trigger: JsonObject
    vars: JsonObject
    started_ms: int


@dataclass(frozen=True, slots=True)
class Decided:
    """The end that the run will have, once everything in it has ended."""

    status: RunStatus
    output: Json = None
    error: ErrorValue | None = None
    draining: bool = False


class State:
    """A run between two events. `start`, `advance` and `restore` change it in place and return it."""

    def __init__(self, plan: Plan, context: RunContext) -> None:
        self.plan = plan
        self.context = context
        self.instances = [Instance(node, node.id) for node in plan.nodes]
        self.by_key = {instance.key: instance for instance in self.instances}
        self.open = len(self.instances)
        """Instances that have not ended."""
        self.queue: deque[int] = deque()
        """Indices of the instances that are ready to begin."""
        self.now_ms = context.started_ms
        self.decided: Decided | None = None
        self.finished = False
        self.output_answers: dict[str, JsonObject] = {}
        self.output_asked = False
        self.timers: dict[str, int] = {}
        """Open timers and when they fire."""
        self.places = 0
        self.seq = 0
        self.events: list[RunEvent] = []
        """Events since the last checkpoint."""
        self.changed: dict[int, None] = {}
        """Indices of the instances that changed since the last checkpoint, in order of change."""
        self.outputs: JsonObject = {}
        """`nodes.<id>`: the outputs that expressions can see."""
        self.errors: JsonObject = {}
        """`errors.<id>`."""
        self.other_errors: list[ErrorValue] = []
        """Failures after the one that decided the run."""
        self.spent = 0
        """Cost units of the step under way."""
        self.waits_for_continue = False
        self.commands: list[Command] = []
        self.roots: JsonObject = {
            "input": context.input,
            "nodes": self.outputs,
            "errors": self.errors,
            "vars": context.vars,
            "run": {"id": context.run_id, "version": context.version, "started_at": iso(context.started_ms)},
            "trigger": context.trigger,
        }

    def instance(self, node_id: str) -> Instance:
        return self.instances[self.plan.index_by_id[node_id]]


def iso(at_ms: int) -> str:
    """A time in milliseconds since 1970 as ISO 8601 in UTC."""
    moment = _EPOCH + timedelta(milliseconds=at_ms)
    return moment.isoformat(timespec="milliseconds") + "Z"
