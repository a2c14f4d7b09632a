"""Pumps the machine like the Temporal workflow does, but by hand, and keeps book of everything that is open."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pydantic import ConfigDict

from interpreter.catalog import Catalog
from interpreter.definition import Definition
from interpreter.expressions import ExpressionFailure, activity_meter, parse_template
from interpreter.machine import RunContext, State, advance, progress, restore, rows, snapshot, start
from interpreter.machine import commands as command
from interpreter.machine import events as event
from interpreter.machine.constructs import control_node_types
from interpreter.node_type import Kind, NodeConfig, NodeType
from interpreter.plan import Plan, compile_plan
from interpreter.protocol import NodeRow, RunEvent
from interpreter.reuse import Reuse
from interpreter.transforms.matches import render_list
from tests.interpreter.machine.reference import ENDS, SERVICE

BEGAN_MS = 1_000_000
_NOT_STARTED = ("pending", "skipped", "cancelled")


class AnyConfig(NodeConfig):
    model_config = ConfigDict(extra="allow", frozen=True)


def catalog() -> Catalog:
    """The control nodes and one service node that takes any config."""
    service = NodeType(SERVICE, "Call", "", "Test", Kind.SERVICE, AnyConfig)
    return Catalog((*control_node_types(), service))


def plan_of(definition: dict[str, Any]) -> Plan:
    return compile_plan(Definition.model_validate(definition), catalog())


class Difference(AssertionError):
    """The two implementations disagree, or one of them contradicts itself."""


@dataclass
class Driver:
    """One run of the machine."""

    plan: Plan
    input: Any = None
    snapshots: bool = False
    """Goes through JSON after every event."""
    reuse: Reuse = field(default_factory=Reuse)
    """Of a rerun: what it takes over."""
    now_ms: int = BEGAN_MS
    state: State = field(init=False)
    seen: dict[str, NodeRow] = field(default_factory=dict)
    """The newest row of every instance."""
    started: list[str] = field(default_factory=list)
    events: list[RunEvent] = field(default_factory=list)
    running: dict[str, command.RunNode] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    told: dict[str, None] = field(default_factory=dict)
    questions: list[command.Evaluate] = field(default_factory=list)
    late_questions: list[command.Evaluate] = field(default_factory=list)
    """Those whose asker has ended, or is held."""
    timers: dict[str, int] = field(default_factory=dict)
    waits: dict[str, dict[str, Any]] = field(default_factory=dict)
    children: dict[str, str] = field(default_factory=dict)
    """Open child runs: key and id, `starting` while there is none."""
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    children_told: dict[str, None] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)
    """Service instances that ended although their activity has not answered."""
    responses: list[dict[str, Any]] = field(default_factory=list)
    continues: int = 0
    end: command.Finish | None = None
    done: int = 0
    """Of the progress."""

    def begin(self) -> None:
        context = RunContext("ws-1", 1, self.input, {"kind": "api"}, {}, self.now_ms)
        self.state, commands = start(self.plan, context, reuse=deepcopy(self.reuse))
        self._take(commands)

    def tell(self, told: event.Event) -> None:
        self.state, commands = advance(self.state, told)
        self._take(commands)
        if self.snapshots and self.end is None:
            self._through_json()

    def _take(self, commands: list[command.Command]) -> None:
        for one in commands:
            self._obey(one)
        self._read_the_record()
        self._look_at_the_progress()
        if any(isinstance(one, command.Continue) for one in commands):
            self.continues += 1
            if self.snapshots:
                self._through_json()
            self.tell(event.Continued(self.now_ms))

    def _obey(self, one: command.Command) -> None:
        match one:
            case command.RunNode(key=key):
                if key in self.running:
                    raise Difference(f"{key} was started twice")
                self.running[key] = one
                self.attempts[key] = self.attempts.get(key, 0) + 1
            case command.CancelNode(key=key):
                self.told[key] = None
            case command.Evaluate():
                self.questions.append(one)
            case command.StartTimer(timer=timer, at_ms=at_ms):
                self.timers[timer] = at_ms
            case command.CancelTimer(timer=timer):
                if self.timers.pop(timer, None) is None:
                    raise Difference(f"timer {timer} is not open")
            case command.OpenWait(key=key, wait=wait):
                self.waits[key] = wait
            case command.CloseWait(key=key):
                if self.waits.pop(key, None) is None:
                    raise Difference(f"wait {key} is not open")
            case command.StartChild(key=key, request=request):
                self.children[key], self.requests[key] = "starting", request
            case command.CancelChild(key=key):
                self.children_told[key] = None
            case command.Respond(response=response):
                self.responses.append(response)
            case command.Finish():
                if self.end is not None:
                    raise Difference("the run finished twice")
                self.end = one

    def _read_the_record(self) -> None:
        """Takes the events and rows like a checkpoint does, and forgets what has ended."""
        for told in self.state.events:
            if told["event"] == "node" and told["status"] not in _NOT_STARTED and told["key"] not in self.started:
                self.started.append(told["key"])
        self.events += self.state.events
        self.state.events = []
        for one in rows(self.state):
            self.seen[one["key"]] = one
        self.state.changed = {}
        for key in [key for key in self.running if self.seen[key]["status"] in (*ENDS, "waiting", "retrying")]:
            del self.running[key]
            self.told.pop(key, None)
            self.late.append(key)
        for key in [key for key in self.children if self.seen[key]["status"] in ENDS]:
            del self.children[key]
            self.children_told.pop(key, None)
        for asked in [one for one in self.questions if one.key and self.seen[one.key]["status"] != "running"]:
            self.questions.remove(asked)
            self.late_questions.append(asked)

    def _look_at_the_progress(self) -> None:
        done, known = progress(self.state)
        # A container that is held will begin anew.
        held = any(one.memory.get("held") for one in self.state.root.instances.values())
        if not (self.done <= done or held) or done > known or (self.end is not None and done < known):
            raise Difference(f"{done} of {known} after {self.done}")
        self.done = done

    def _through_json(self) -> None:
        """Snapshot and restore: what was open is asked for again, and nothing else."""
        before = self._open()
        seq, kept = self.state.seq, snapshot(self.state)
        self.state, commands = restore(self.plan, kept, deepcopy(self.reuse))
        if self.state.seq != seq:
            raise Difference("the sequence number was lost")
        if snapshot(self.state) != kept:
            raise Difference(f"a snapshot of what was restored differs: {kept} and {snapshot(self.state)}")
        again = Driver(self.plan, self.input)
        again.state, again.seen = self.state, dict(self.seen)
        for one in commands:
            again._obey(one)
        again.children = {**self.children, **again.children}
        if again._open() != before:
            raise Difference(f"restored {again._open()}, open were {before}")

    def _open(self) -> dict[str, Any]:
        return {
            "running": sorted(self.running),
            "told": sorted(self.told),
            "questions": sorted((one.key or "", one.field) for one in self.questions),
            "timers": self.timers,
            "waits": self.waits,
            "children told": sorted(self.children_told),
        }

    # --- what happens to it ---

    def answer(self, key: str, outcome: dict[str, Any]) -> None:
        """The activity of a running node ends."""
        del self.running[key]
        self.told.pop(key, None)
        if "cancelled" in outcome:
            self.tell(event.NodeCancelled(self.now_ms, key))
        elif "error" in outcome:
            retryable = outcome.get("retryable", False)
            self.tell(event.NodeFailed(self.now_ms, key, outcome["error"], "it failed", 1, retryable))
        else:
            self.tell(event.NodeSucceeded(self.now_ms, key, outcome["output"]))

    def evaluate(self, asked: command.Evaluate) -> None:
        """What an activity does: evaluates with what the command carries, and nothing else."""
        self.questions.remove(asked)
        value, error = None, None
        try:
            meter = activity_meter(self.now_ms, "driver")
            if asked.kind == "items":
                value = render_list(asked.template, "", asked.scope, meter)
            else:
                value = parse_template(asked.template).render(asked.scope, meter)
        except ExpressionFailure as failure:
            error = {"name": failure.name, "message": failure.message}
        self.tell(event.Evaluated(self.now_ms, asked.key, asked.field, value, error))

    def fire(self, timer: str) -> None:
        self.now_ms = max(self.now_ms, self.timers.pop(timer))
        self.tell(event.TimerFired(self.now_ms, timer))

    def answer_wait(self, key: str, answer: dict[str, Any]) -> None:
        self.tell(event.Answered(self.now_ms, key, answer))

    def child_started(self, key: str, child_id: str) -> None:
        self.children[key] = child_id
        self.tell(event.ChildStarted(self.now_ms, key, child_id))

    def child_ended(self, key: str, status: str, output: Any = None, error: Any = None) -> None:
        child_id = self.children.pop(key)
        self.children_told.pop(key, None)
        child_id = "" if child_id == "starting" else child_id
        self.tell(event.ChildEnded(self.now_ms, key, child_id, status, output, error))

    def intervene(self, key: str, action: str, output: Any = None, port: str = "out") -> None:
        self.tell(event.Intervened(self.now_ms, key, action, "ann@ledger.example", output, port))

    def cancel(self) -> None:
        self.tell(event.CancelRequested(self.now_ms))

    def pause(self) -> None:
        self.tell(event.PauseRequested(self.now_ms))

    def resume(self) -> None:
        self.tell(event.ResumeRequested(self.now_ms))

    def statuses(self) -> dict[str, str]:
        return {key: one["status"] for key, one in self.seen.items()}
