"""Leads both implementations through a case step by step, so that a test can say what must have happened.

After every step the two are compared; what a test asserts is then true of both.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from tests.interpreter.machine.comparing import Comparison
from tests.interpreter.machine.random_graphs import Case
from tests.interpreter.machine.reference import SERVICE

_TYPES = {"call": SERVICE}
Begin = Callable[..., "ByHand"]


def node(node_id: str, kind: str = "call", parent: str | None = None, /, **told: Any) -> dict[str, Any]:
    """A node; `kind` is `call` for a service node, else the name of a control node without `core.` and `@1`.

    Fields of a node (`join`, `on_error`, `timeout`, `retry`, `disabled`) stay fields, the rest is config.
    """
    fields = {name: told.pop(name) for name in ("join", "on_error", "timeout", "retry", "disabled") if name in told}
    made = {"id": node_id, "type": _TYPES.get(kind, f"core.{kind}@1"), "config": told, **fields}
    if kind == "call":
        made["config"] = {"url": "http://ledger.example/", **told}
    return {**made, "parent": parent} if parent else made


def edges(*texts: str) -> list[dict[str, Any]]:
    """`a > b` leads from `a` by `out`, `a.true > b` by another port; `a > b > c` are two edges."""
    made = []
    for text in texts:
        places = [place.strip() for place in text.split(">")]
        for source, target in pairwise(places):
            name, _, port = source.partition(".")
            made.append({"source": name, "source_port": port or "out", "target": target.partition(".")[0]})
    return made


class ByHand:
    """One run of both. Every method is one event, ten milliseconds after the one before."""

    def __init__(
        self, nodes: list[dict[str, Any]], wires: list[str], run_input: Any, snapshots: bool, **definition: Any
    ) -> None:
        whole = {"format": 1, "name": "by hand", "nodes": nodes, "edges": edges(*wires), **definition}
        self.both = Comparison(Case(0, whole, run_input), snapshots)
        self.driver, self.reference = self.both.driver, self.both.reference
        self.both.begin()
        self.both.check()

    # --- events ---

    def succeeds(self, key: str, output: Any = None) -> None:
        self._answers(key, {"output": output})

    def fails(self, key: str, name: str = "Broken", retryable: bool = False) -> None:
        self._answers(key, {"error": name, "retryable": retryable})

    def obeys(self, key: str) -> None:
        """The activity ends because it was told to."""
        self._answers(key, {"cancelled": True})

    def _answers(self, key: str, outcome: dict[str, Any]) -> None:
        self._step(lambda: self.driver.answer(key, outcome), lambda: self.reference.happens(key, outcome))

    def fires(self, timer: str) -> None:
        told = self.reference.grace_is_over if timer.startswith("grace") else lambda: self.reference.timer(timer)
        self._step(lambda: self.driver.fire(timer), told)

    def is_answered(self, key: str, payload: Any = None, **decision: Any) -> None:
        answer = {"by": "ann", "payload": payload, **decision}
        self._step(lambda: self.driver.answer_wait(key, answer), lambda: self.reference.happens(key, answer))

    def is_evaluated(self, key: str | None) -> None:
        """The oldest question of an instance is answered as an activity would."""
        asked = next(one for one in self.driver.questions if one.key == key)
        self._step(lambda: self.driver.evaluate(asked), lambda: self.reference.evaluated(key, asked.field))

    def child_starts(self, key: str, child_id: str) -> None:
        news = {"child_id": child_id}
        self._step(lambda: self.driver.child_started(key, child_id), lambda: self.reference.happens(key, news))

    def child_ends(self, key: str, status: str, output: Any = None, error: Any = None) -> None:
        news = {"child_id": self.driver.children[key], "status": status, "output": output}
        self._step(
            lambda: self.driver.child_ended(key, status, output, error), lambda: self.reference.happens(key, news)
        )

    def intervenes(self, key: str, action: str, output: Any = None, port: str = "out") -> None:
        self.driver.now_ms += 10
        self.both.intervene(key, action, output, port)
        self.both.check()

    def is_cancelled(self) -> None:
        self._step(self.driver.cancel, self.reference.cancel)

    def is_paused(self) -> None:
        self._step(self.driver.pause, self.reference.pause)

    def is_resumed(self) -> None:
        self._step(self.driver.resume, self.reference.resume)

    def _step(self, told: Callable[[], None], reference: Callable[[], None]) -> None:
        self.driver.now_ms += 10
        self.both.tell(told, reference)
        self.both.check()

    # --- what is true of both ---

    def __getitem__(self, key: str) -> str | None:
        """The status of an instance; None when there is none."""
        return self.driver.statuses().get(key)

    def having(self, status: str) -> list[str]:
        """The keys of all instances with this status, sorted."""
        return sorted(key for key, one in self.driver.statuses().items() if one == status)

    @property
    def started(self) -> list[str]:
        return self.driver.started

    @property
    def running(self) -> list[str]:
        """The service instances whose activity is under way."""
        return sorted(self.driver.running)

    @property
    def told(self) -> list[str]:
        """Those of them that were told to cancel."""
        return sorted(self.driver.told)

    @property
    def timers(self) -> dict[str, int]:
        """Name and milliseconds from now."""
        return {name: at - self.driver.now_ms for name, at in self.driver.timers.items()}

    @property
    def status(self) -> str:
        return self.driver.end.status if self.driver.end else self.reference.status()

    @property
    def output(self) -> Any:
        assert self.driver.end is not None
        return self.driver.end.output

    @property
    def error(self) -> Any:
        """Of the run: `(name, key)`."""
        assert self.driver.end is not None
        error = self.driver.end.error
        return error and (error["name"], error["key"])

    def output_of(self, key: str) -> Any:
        return self.driver.seen[key]["output"]

    def error_of(self, key: str) -> Any:
        """`(name, key of the cause)`, or None."""
        error = self.driver.seen[key]["error"]
        return error and (error["name"], error["key"])
