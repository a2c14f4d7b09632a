"""Leads the machine and the naive reference through one case, in one order of events, and compares them."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from interpreter.machine.events import Evaluated, NodeSucceeded
from interpreter.reuse import Reuse
from tests.interpreter.machine.driving import BEGAN_MS, Difference, Driver, plan_of
from tests.interpreter.machine.random_graphs import Case, ports_of
from tests.interpreter.machine.reference import Box, ReferenceRun

MOST_EVENTS = 1_500
_PEOPLE = ("ann", "ben", "cho", "dan")
Act = Callable[[], None]


@dataclass
class Comparison:
    """One case on its way."""

    case: Case
    snapshots: bool = False
    reuse: Reuse = field(default_factory=Reuse)
    """Of a rerun: what both take over."""
    happened: Counter[str] = field(default_factory=Counter)
    """What occurred, by name: the tests ask that all of it does often enough."""

    def __post_init__(self) -> None:
        self.rng = random.Random(self.case.seed * 7 + 1)
        self.driver = Driver(plan_of(self.case.definition), self.case.input, self.snapshots, self.reuse)
        self.reference = ReferenceRun(self.case.definition, self.case.input, BEGAN_MS, dict(self.reuse.ends))
        self.disturbances = self._disturbances()
        self.given: dict[str, None] = {}
        """Instances that a person skipped or gave an output before they began."""
        self.answered: dict[str, int] = {}
        self.trail: list[str] = []
        """What was told so far: a difference names it."""

    def _disturbances(self) -> dict[int, str]:
        """At which event somebody interferes."""
        planned: dict[int, str] = {}
        if self.rng.random() < 0.25:
            first = self.rng.choice((1, 2, 3, 4, 6, 9, 13))
            planned[first] = "cancel"
            if self.rng.random() < 0.5:
                planned[first + self.rng.randint(1, 3)] = "cancel"
        if self.rng.random() < 0.15:
            first = self.rng.randint(0, 8)
            planned.setdefault(first, "pause")
            planned.setdefault(first + self.rng.randint(1, 6), "resume")
        if self.rng.random() < 0.25:
            for _ in range(self.rng.randint(1, 3)):
                planned.setdefault(self.rng.randint(0, 12), "intervene")
        return planned

    def run(self) -> "Comparison":
        """Raises `Difference` where the two disagree."""
        self.begin()
        for place in range(MOST_EVENTS):
            self.check()
            if self.driver.end is not None:
                return self
            self.driver.now_ms += 10
            disturbance = self.disturbances.get(place)
            acts = self._interference(disturbance) if disturbance else []
            name, act = self.rng.choice(acts or self._acts())
            self.trail.append(name)
            self.happened[name.split(" ")[0]] += 1
            act()
        raise self._differ("the run does not end")

    def begin(self) -> None:
        self.driver.begin()
        self.reference.start()

    def check(self) -> None:
        """Compares where the two stand, and how they ended if they have."""
        self._check()
        if self.driver.end is not None:
            self._check_end()

    # --- what may happen next ---

    def _acts(self) -> list[tuple[str, Act]]:
        driver = self.driver
        acts: list[tuple[str, Act]] = []
        for key in sorted(driver.running):
            acts.append((f"answer {key}", lambda key=key: self._answer(key)))
        for asked in driver.questions:
            acts.append((f"evaluated {asked.key}.{asked.field}", lambda asked=asked: self._evaluated(asked)))
        for key in sorted(driver.waits):
            acts.append((f"resume_wait {key}", lambda key=key: self._answer_wait(key)))
        for key in sorted(driver.children):
            acts.append((f"child {key}", lambda key=key: self._child(key)))
        if driver.timers:
            timer = min(driver.timers, key=lambda name: (driver.timers[name], name))
            acts.append((f"{timer.split(':')[0]}_timer {timer}", lambda: self._fire(timer)))
        held = [box for box in self.reference.boxes() if box.held is not None and not box.ended]
        for box in held:
            acts.append((f"decide_held {box.key}", lambda box=box: self._decide_held(box)))
        ends = any(box.is_finally and box.status == "running" for box in self.reference.boxes())
        if ends and self.reference.cancels == 1 and self.rng.random() < 0.3:
            acts.append(("second_cancel", lambda: self._both("cancel")))
        if self.reference.paused:
            acts.append(("resume", lambda: self._both("resume")))
        if driver.late and self.rng.random() < 0.3:
            acts.append(("late_result", self._late))
        if driver.late_questions and self.rng.random() < 0.3:
            acts.append(("late_evaluation", self._late_evaluation))
        if not acts:
            raise self._differ("nothing can happen any more")
        return acts

    def _interference(self, kind: str) -> list[tuple[str, Act]]:
        if kind != "intervene":
            name = "second_cancel" if kind == "cancel" and self.happened["cancel"] else kind
            return [(name, lambda: self._both(kind))]
        open_boxes = [box for box in self.reference.boxes() if not box.is_finally and box.held is None]
        open_boxes = [box for box in open_boxes if box.status in ("pending", "waiting", "retrying")]
        open_boxes = [box for box in open_boxes if not box.frame.ending]
        return [(f"intervene {box.key}", lambda box=box: self._skip_or_give(box)) for box in open_boxes]

    # --- the events, told to both ---

    def tell(self, told: Callable[[], None], reference: Callable[[], None]) -> None:
        self.reference.now_ms = self.driver.now_ms
        told()
        self.reference.now_ms = self.driver.now_ms
        reference()

    def _both(self, name: str) -> None:
        self.tell(getattr(self.driver, name), getattr(self.reference, name))

    def _answer(self, key: str) -> None:
        outcome = self.case.outcome(key, self.driver.attempts[key])
        if key in self.driver.told and self.rng.random() < 0.5:
            outcome = {"cancelled": True}
        self.tell(lambda: self.driver.answer(key, outcome), lambda: self.reference.happens(key, outcome))

    def _evaluated(self, asked: Any) -> None:
        self.tell(lambda: self.driver.evaluate(asked), lambda: self.reference.evaluated(asked.key, asked.field))

    def _answer_wait(self, key: str) -> None:
        number = self.answered[key] = self.answered.get(key, -1) + 1
        answer: dict[str, Any] = {"by": _PEOPLE[number % 4]}
        if self.driver.waits[key].get("kind") == "approval":
            decision = "reject" if self.rng.random() < 0.25 else "approve"
            answer |= {"payload": None, "decision": decision, "reason": f"for {number}", "form": None}
        else:
            answer["payload"] = {"n": self.rng.randint(0, 5), "list": [1]}
        self.tell(lambda: self.driver.answer_wait(key, answer), lambda: self.reference.happens(key, answer))

    def _child(self, key: str) -> None:
        if self.driver.children[key] != "starting":
            self._child_ends(key)
        elif self.rng.random() < 0.1:
            refusal = {"name": "NotPublished", "message": "no version is published"}
            news = {"refused": "NotPublished"}
            self.tell(
                lambda: self.driver.child_ended(key, "failed", None, refusal),
                lambda: self.reference.happens(key, news),
            )
        elif self.driver.requests[key]["wait"] and self.rng.random() < 0.15:
            self.driver.children[key] = f"ws-child-{key}"
            self.happened["child_ended_first"] += 1
            self._child_ends(key)
        else:
            child_id = f"ws-child-{key}"
            news = {"child_id": child_id}
            self.tell(lambda: self.driver.child_started(key, child_id), lambda: self.reference.happens(key, news))

    def _child_ends(self, key: str) -> None:
        statuses = ["succeeded", "succeeded", "failed", "timed_out", "cancelled"]
        status = (
            "cancelled" if key in self.driver.children_told and self.rng.random() < 0.5 else self.rng.choice(statuses)
        )
        output = {"n": 4} if status == "succeeded" else None
        error = None if status in ("succeeded", "cancelled") else {"name": "Broken", "message": "it broke"}
        news = {"child_id": self.driver.children[key], "status": status, "output": output}
        self.tell(
            lambda: self.driver.child_ended(key, status, output, error),
            lambda: self.reference.happens(key, news),
        )

    def _fire(self, timer: str) -> None:
        if not timer.startswith("grace"):
            self.tell(lambda: self.driver.fire(timer), lambda: self.reference.timer(timer))
            return
        self.tell(lambda: self.driver.fire(timer), self.reference.grace_is_over)

    def _decide_held(self, box: Box) -> None:
        action = self.rng.choice(("retry", "skip", "output", "fail"))
        self.happened[f"held_{action}"] += 1
        self._intervene(box, action)

    def _skip_or_give(self, box: Box) -> None:
        ports = [port for port in ports_of(box.node) if port != "error"]
        self._intervene(box, "output" if ports and self.rng.random() < 0.5 else "skip")

    def _intervene(self, box: Box, action: str) -> None:
        ports = [port for port in ports_of(box.node) if port != "error"]
        if action == "output" and not ports:
            action = "skip"
        port = self.rng.choice(ports) if action == "output" else "out"
        output = {"n": 1, "given": True} if action == "output" else None
        self.intervene(box.key, action, output, port)

    def intervene(self, key: str, action: str, output: Any = None, port: str = "out") -> None:
        if self.driver.seen[key]["status"] == "pending":
            self.given[key] = None
        self.tell(
            lambda: self.driver.intervene(key, action, output, port),
            lambda: self.reference.intervene(key, action, output, port),
        )

    def _late_evaluation(self) -> None:
        """The answer to a question that nobody asks any more: nothing changes."""
        asked = self.driver.late_questions.pop(0)
        if (asked.key, asked.field) not in self.reference.asking():
            self.driver.tell(Evaluated(self.driver.now_ms, asked.key, asked.field, True, None))

    def _late(self) -> None:
        """The activity of an abandoned instance answers after all: nothing changes."""
        key = self.driver.late.pop(0)
        if self.driver.seen[key]["status"] not in ("succeeded", "failed", "skipped", "cancelled"):
            return
        self.driver.tell(NodeSucceeded(self.driver.now_ms, key, {"late": True}))

    # --- what occurred ---

    def occurred(self) -> set[str]:
        """Everything that this case is an example of, by name."""
        reference = self.reference
        boxes = reference.boxes()
        begun = {box.type for box in boxes if box.key in self.driver.started}
        names = {*self.happened, *begun, f"end {reference.end}"}
        names |= {"drain"} if reference.drains else set()
        for box in boxes:
            names |= set(_feats(box))
        finallys = any(box.is_finally and box.status == "cancelled" and box.key in self.driver.started for box in boxes)
        return names | ({"second cancel of a finally"} if finallys and reference.cancels > 1 else set())

    # --- the comparison ---

    def _differ(self, text: str) -> Difference:
        return Difference(f"case {self.case.seed} after {self.trail[-6:]}: {text}")

    def _check(self) -> None:
        machine, reference = self.driver, self.reference
        self._same("statuses", machine.statuses(), reference.statuses())
        begun = list(dict.fromkeys(reference.started))
        orders = [[key for key in one if key not in self.given] for one in (machine.started, begun)]
        self._same("order of start", *orders)
        self._same("finished", machine.end is not None, reference.finished)
        if machine.end is not None:
            return
        self._same("status of the run", machine.state.status, reference.status())
        self._same("running activities", set(machine.running), reference.running())
        self._same("activities told to cancel", set(machine.told), reference.told())
        timers = {name: at for name, at in machine.timers.items() if not name.startswith("grace")}
        self._same("timers", timers, reference.timers())
        graces = {at for name, at in machine.timers.items() if name.startswith("grace")}
        self._same("graces", reference.graces() - graces, set())
        self._same("waits", set(machine.waits), reference.waits())
        self._same("children", machine.children, reference.children())
        asked = {(one.key, one.field) for one in machine.questions}
        self._same("evaluations", {one for one in asked if not reference.needs_no_answer(one[0])}, reference.asking())
        self._same("response", [one["output"] for one in machine.responses], reference.responses())

    def _same(self, what: str, machine: Any, reference: Any) -> None:
        if machine == reference:
            return
        if isinstance(machine, dict) and isinstance(reference, dict):
            keys = [*machine, *(key for key in reference if key not in machine)]
            machine, reference = (
                {key: one.get(key) for key in keys if machine.get(key) != reference.get(key)}
                for one in (machine, reference)
            )
        raise self._differ(f"{what}: the machine says {machine}, the reference {reference}")

    def _check_end(self) -> None:
        end, reference = self.driver.end, self.reference
        assert end is not None
        self._same("end", (end.status, end.output), (reference.end, reference.end_output))
        self._same("error", _essence(end.error), _essence(reference.end_error))
        seqs = [event["seq"] for event in self.driver.events]
        self._same("events", seqs, list(range(1, len(seqs) + 1)))
        newest = {box.key: box for box in reference.boxes()}
        for key, seen in self.driver.seen.items():
            self._same(f"output of {key}", seen["output"], newest[key].output)
            if seen["status"] == "failed":
                self._same(f"error of {key}", _essence(seen["error"]), _essence(newest[key].error))


def _feats(box: Box) -> Iterator[str]:
    """What an instance is an example of."""
    if len(box.frame.path) > 1:
        yield "nested"
    if box.port == "error":
        yield "error port of a try" if box.type == "core.try@1" else "route"
    if box.port == "timeout":
        yield "timeout port"
    if box.is_finally and box.ended and box.frame.error is not None:
        yield "finally after a failure"
    if box.type == "core.map@1" and box.error is not None:
        yield "tolerated failures" if box.status == "succeeded" else "failed map"
    if box.error is not None and box.error["name"] == "LoopLimit":
        yield "loop limit"


def _essence(error: Any) -> Any:
    """Of an error what the rules speak of: the texts for people differ."""
    if error is None:
        return None
    essence = {"name": error["name"], "node_id": error["node_id"], "key": error["key"]}
    if "items" in error:
        essence["items"] = [{"index": one["index"], "error": _essence(one["error"])} for one in error["items"]]
    return essence


def compare(case: Case, snapshots: bool = False) -> Comparison:
    """Runs a case through both; raises `Difference` where they disagree."""
    return Comparison(case, snapshots).run()
