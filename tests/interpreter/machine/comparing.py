"""Drives the machine and the naive reference through one case, in one order of events, and compares them."""

import random
from dataclasses import dataclass, field
from typing import Any

from pydantic import ConfigDict

from interpreter.catalog import Catalog
from interpreter.definition import Definition
from interpreter.machine import RunContext, State, advance, restore, rows, snapshot, start
from interpreter.machine.commands import CancelNode, Command, Continue, Evaluate, Finish, RunNode, StartTimer
from interpreter.machine.constructs import control_node_types
from interpreter.machine.events import (
    CancelRequested,
    Continued,
    Evaluated,
    Event,
    NodeCancelled,
    NodeFailed,
    NodeSucceeded,
    TimerFired,
)
from interpreter.node_type import Kind, NodeConfig, NodeType
from interpreter.plan import Plan, compile_plan
from tests.interpreter.machine.random_graphs import Case
from tests.interpreter.machine.reference import SERVICE, ReferenceRun


class AnyConfig(NodeConfig):
    model_config = ConfigDict(extra="allow", frozen=True)


def catalog() -> Catalog:
    """The control nodes and one service node that takes any config."""
    service = NodeType(SERVICE, "Call", "", "Test", Kind.SERVICE, AnyConfig)
    return Catalog((*control_node_types(), service))


def plan_of(definition: dict[str, Any]) -> Plan:
    return compile_plan(Definition.model_validate(definition), catalog())


class Difference(AssertionError):
    """The two implementations disagree."""


@dataclass
class Driver:
    """Pumps the machine like the Temporal workflow does, but by hand."""

    plan: Plan
    input: Any = None
    snapshots: bool = False
    """Goes through JSON after every event."""
    now_ms: int = 1_000_000
    state: State = field(init=False)
    running: dict[str, RunNode] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    evaluations: list[Evaluate] = field(default_factory=list)
    issued: list[Command] = field(default_factory=list)
    end: Finish | None = None

    def begin(self) -> None:
        context = RunContext("ws-1", 1, self.input, {"kind": "api"}, {}, self.now_ms)
        self.state, commands = start(self.plan, context)
        self._take(commands)

    def tell(self, event: Event) -> None:
        self.state, commands = advance(self.state, event)
        self._take(commands)
        if self.snapshots:
            self._through_json()

    def _take(self, commands: list[Command]) -> None:
        self.issued += commands
        for command in commands:
            if isinstance(command, RunNode):
                if command.key in self.running:
                    raise Difference(f"{command.key} was started twice")
                self.running[command.key] = command
            elif isinstance(command, CancelNode):
                self.told.add(command.key)
            elif isinstance(command, Evaluate):
                self.evaluations.append(command)
            elif isinstance(command, Finish):
                if self.end is not None:
                    raise Difference("the run finished twice")
                self.end = command
        if any(isinstance(command, Continue) for command in commands):
            self.tell(Continued(self.now_ms))

    def _through_json(self) -> None:
        open_before = (set(self.running), set(self.told), [one.field for one in self.evaluations])
        seq, events, changed = self.state.seq, self.state.events, self.state.changed
        self.state, commands = restore(self.plan, snapshot(self.state))
        if self.state.seq != seq:
            raise Difference("the sequence number was lost")
        self.state.events, self.state.changed = events, changed
        if self.state.finished:
            return
        reopened = {one.key for one in commands if isinstance(one, RunNode)}
        told = {one.key for one in commands if isinstance(one, CancelNode)}
        fields = [one.field for one in commands if isinstance(one, Evaluate)]
        timers = {one.timer for one in commands if isinstance(one, StartTimer)}
        if (reopened, told, fields) != open_before or timers != set(self.state.timers):
            raise Difference(f"restored {reopened, told, fields}, open were {open_before}")

    def answer(self, key: str, outcome: dict[str, Any]) -> None:
        """The activity of a running node ends."""
        self.now_ms += 10
        del self.running[key]
        self.told.discard(key)
        if "cancelled" in outcome:
            self.tell(NodeCancelled(self.now_ms, key))
        elif "error" in outcome:
            self.tell(NodeFailed(self.now_ms, key, outcome["error"], "it failed"))
        else:
            self.tell(NodeSucceeded(self.now_ms, key, outcome["output"]))

    def evaluated(self, value: Any = None, error: dict[str, Any] | None = None) -> None:
        """The oldest evaluation ends."""
        asked = self.evaluations.pop(0)
        self.tell(Evaluated(self.now_ms, asked.key, asked.field, value, error))


def compare(case: Case, snapshots: bool = False) -> Driver:
    """Runs a case through both; raises `Difference` where they disagree."""
    rng = random.Random(case.seed * 7 + 1)
    definition = case.definition
    times_out = rng.random() < 0.08
    if times_out:
        definition = {**definition, "settings": {**definition["settings"], "timeout": "1h"}}
    driver = Driver(plan_of(definition), case.input, snapshots)
    reference = ReferenceRun(definition, case.input)
    driver.begin()
    reference.start()
    interrupt_at = rng.randint(1, 6) if times_out or rng.random() < 0.15 else None
    step = 0
    while driver.running:
        _check_same(driver, reference, case.seed)
        step += 1
        if step == interrupt_at:
            _interrupt(driver, reference, times_out)
        elif driver.told and rng.random() < 0.2:
            driver.now_ms += 10_000
            driver.tell(TimerFired(driver.now_ms, "grace"))
            reference.grace_is_over()
            driver.running = {key: one for key, one in driver.running.items() if key not in driver.told}
            driver.told.clear()
        else:
            key = rng.choice(sorted(driver.running))
            outcome = case.outcomes[key]
            if key in driver.told and rng.random() < 0.5:
                outcome = {"cancelled": True}
            driver.answer(key, outcome)
            reference.answer(key, outcome)
    _check_same(driver, reference, case.seed)
    _check_end(driver, reference, case.seed)
    return driver


def _interrupt(driver: Driver, reference: ReferenceRun, times_out: bool) -> None:
    if times_out:
        driver.now_ms += 3_600_000
        driver.tell(TimerFired(driver.now_ms, "timeout"))
        reference.time_out()
    else:
        driver.tell(CancelRequested(driver.now_ms))
        reference.cancel()


def _check_same(driver: Driver, reference: ReferenceRun, seed: int) -> None:
    machine = {row["node_id"]: row["status"] for row in rows(driver.state)}
    if machine != reference.statuses():
        raise Difference(f"case {seed}: the machine says {machine}, the reference {reference.statuses()}")
    if set(driver.running) != reference.running():
        raise Difference(f"case {seed}: running {sorted(driver.running)} and {sorted(reference.running())}")
    started = [row["node_id"] for row in rows(driver.state) if row["started_at"] is not None]
    if started != reference.started:
        raise Difference(f"case {seed}: started {started} and {reference.started}")


def _check_end(driver: Driver, reference: ReferenceRun, seed: int) -> None:
    end = driver.end
    if end is None or not reference.finished:
        raise Difference(f"case {seed}: finished {end is not None} and {reference.finished}")
    error = end.error and {"name": end.error["name"], "node_id": end.error["node_id"]}
    wanted = reference.end_error if reference.end != "timed_out" else {"name": "RunTimeout", "node_id": None}
    machine = (end.status, end.output, error)
    if machine != (reference.end, reference.end_output, wanted):
        raise Difference(f"case {seed}: {machine} and {(reference.end, reference.end_output, wanted)}")
    seqs = [event["seq"] for event in driver.state.events]
    if seqs != list(range(1, len(seqs) + 1)):
        raise Difference(f"case {seed}: events {seqs}")
