"""The naive second implementation of the meaning of a run: slow, plain, and written from the rules alone.

Nothing is kept that can be computed: edges are decided by looking at their sources, joins by
looking at their edges. It follows `machine.md`, not the machine's code.
"""

from dataclasses import dataclass, field
from typing import Any

from interpreter.expressions import ExpressionFailure, activity_meter, parse_template

ENDS = ("succeeded", "failed", "skipped", "cancelled")
SERVICE = "core.http_request@1"


@dataclass
class Box:
    id: str
    definition: dict[str, Any]
    status: str = "pending"
    port: str | None = None
    output: Any = None
    error: dict[str, Any] | None = None
    told_to_cancel: bool = False
    decides_edges: bool = False
    """False for an instance that ended after its frame had begun to end."""


@dataclass
class ReferenceRun:
    definition: dict[str, Any]
    input: Any
    boxes: dict[str, Box] = field(default_factory=dict)
    queue: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    end: str | None = None
    end_output: Any = None
    end_error: dict[str, Any] | None = None
    draining: bool = False
    finished: bool = False

    def start(self) -> None:
        self.boxes = {node["id"]: Box(node["id"], node) for node in self.definition["nodes"]}
        self._enqueue_ready()
        self._work()

    def answer(self, node_id: str, outcome: dict[str, Any]) -> None:
        """The activity of a node has ended: `{"output"}`, `{"error": name}` or `{"cancelled"}`."""
        box = self.boxes[node_id]
        if box.status != "running":
            return
        if box.told_to_cancel or "cancelled" in outcome:
            box.status = "cancelled"
        elif "error" in outcome:
            self._fail(box, outcome["error"])
        else:
            self._succeed(box, outcome["output"], "out")
        self._work()

    def cancel(self) -> None:
        self._end_run("cancelled", drain=False)
        self._work()

    def time_out(self) -> None:
        self._end_run("timed_out", drain=False)
        self._work()

    def grace_is_over(self) -> None:
        for box in self.boxes.values():
            if box.told_to_cancel and box.status == "running":
                box.status = "cancelled"
        self._work()

    def running(self) -> set[str]:
        return {box.id for box in self.boxes.values() if box.status == "running"}

    def statuses(self) -> dict[str, str]:
        return {box.id: box.status for box in self.boxes.values()}

    # how things begin

    def _work(self) -> None:
        while self.queue:
            node_id = self.queue.pop(0)
            if self.boxes[node_id].status == "pending":
                self._begin(self.boxes[node_id])
        if self.finished or any(box.status not in ENDS for box in self.boxes.values()):
            return
        if self.end is None:
            self._render_output()
        self.finished = True

    def _begin(self, box: Box) -> None:
        self.started.append(box.id)
        if box.definition.get("disabled"):
            self._succeed(box, None, "out")
        elif box.definition["type"] == SERVICE:
            box.status = "running"
        else:
            try:
                self._control(box, box.definition["type"].split("@")[0], box.definition.get("config", {}))
            except ExpressionFailure as failure:
                self._fail(box, failure.name)

    def _control(self, box: Box, kind: str, config: dict[str, Any]) -> None:
        if kind == "core.noop":
            self._succeed(box, None, "out")
        elif kind == "core.set":
            self._succeed(box, self._render(config["values"]), "out")
        elif kind == "core.merge":
            taken = [edge["source"] for edge in self._into(box.id) if self._decided(edge) is True]
            self._succeed(box, {source: self.boxes[source].output for source in taken}, "out")
        elif kind == "core.if":
            condition = self._render(config["condition"])
            if isinstance(condition, bool):
                port = "true" if condition else "false"
                self._succeed(box, {"port": port}, port)
            else:
                self._fail(box, "TypeError")
        elif kind == "core.switch":
            self._switch(box, config["cases"])
        elif kind == "core.fail":
            self._fail(box, self._render(config.get("name", "Failed")))
        elif kind == "core.stop":
            self._stop(box, self._render(config.get("output")))
        else:
            raise AssertionError(kind)

    def _switch(self, box: Box, cases: list[dict[str, Any]]) -> None:
        for case in cases:
            condition = self._render(case["condition"])
            if not isinstance(condition, bool):
                self._fail(box, "TypeError")
                return
            if condition:
                self._succeed(box, {"port": case["port"]}, case["port"])
                return
        self._succeed(box, {"port": "default"}, "default")

    def _render(self, value: Any) -> Any:
        scope = {
            "input": self.input,
            "nodes": {box.id: box.output for box in self.boxes.values() if self._has_output(box)},
            "errors": {box.id: box.error for box in self.boxes.values() if box.error is not None},
        }
        return parse_template(value).render(scope, activity_meter(0, "reference"))

    @staticmethod
    def _has_output(box: Box) -> bool:
        return box.status == "succeeded" or (box.status == "failed" and box.port == "out")

    # how things end

    def _succeed(self, box: Box, output: Any, port: str) -> None:
        box.status, box.output, box.port = "succeeded", output, port
        self._after(box)

    def _fail(self, box: Box, name: str) -> None:
        box.status = "failed"
        box.error = {"name": name, "node_id": box.id}
        on_error = box.definition.get("on_error", "fail")
        if on_error == "continue":
            box.port = "out"
            self._after(box)
        elif on_error == "route":
            box.port = "error"
            self._after(box)
        else:
            self._end_run("failed", drain=self.definition.get("settings", {}).get("on_failure") == "drain", error=box.error)

    def _stop(self, box: Box, output: Any) -> None:
        was_open = self.end is None
        box.status, box.output = "succeeded", output
        if was_open:
            self._end_run("succeeded", drain=False, output=output)

    def _after(self, box: Box) -> None:
        if self.end is None:
            box.decides_edges = True
            self._enqueue_ready()

    def _enqueue_ready(self) -> None:
        """Skips until nothing more is skipped, then lets what is ready join the queue in definition order."""
        skipped = True
        while skipped:
            skipped = False
            for box in self.boxes.values():
                if box.status == "pending" and box.id not in self.queue and self._verdict(box) == "skip":
                    box.status = "skipped"
                    box.decides_edges = True
                    skipped = True
        for box in self.boxes.values():
            if box.status == "pending" and box.id not in self.queue and self._verdict(box) == "run":
                self.queue.append(box.id)

    def _into(self, node_id: str) -> list[dict[str, Any]]:
        return [edge for edge in self.definition["edges"] if edge["target"] == node_id]

    def _decided(self, edge: dict[str, Any]) -> bool | None:
        """True taken, False not taken, None undecided."""
        source = self.boxes[edge["source"]]
        if not source.decides_edges:
            return None
        return source.status != "skipped" and source.port == edge.get("source_port", "out")

    def _verdict(self, box: Box) -> str:
        decisions = [self._decided(edge) for edge in self._into(box.id)]
        if not decisions:
            return "run"
        taken, lost, total = decisions.count(True), decisions.count(False), len(decisions)
        join = box.definition.get("join", "all")
        if join == "all":
            return "wait" if taken + lost < total else "run" if taken else "skip"
        if join == "every":
            return "run" if taken == total else "skip" if lost else "wait"
        if join == "any":
            return "run" if taken else "skip" if lost == total else "wait"
        return "run" if taken >= join else "skip" if total - lost < join else "wait"

    def _end_run(self, status: str, drain: bool, output: Any = None, error: dict[str, Any] | None = None) -> None:
        if self.end is None:
            self.end, self.end_output, self.end_error, self.draining = status, output, error, drain
        elif status in ("cancelled", "timed_out"):
            self.draining = False
        else:
            return  # decided already: one more failure is only recorded
        self.queue = []
        for box in self.boxes.values():
            if box.status == "pending":
                box.status = "cancelled"
            elif box.status == "running" and not self.draining:
                box.told_to_cancel = True

    def _render_output(self) -> None:
        template = self.definition.get("output")
        if template is None:
            self.end, self.end_output = "succeeded", self._last_outputs()
            return
        try:
            self.end_output = self._render(template)
            self.end = "succeeded"
        except ExpressionFailure as failure:
            self.end, self.end_error = "failed", {"name": failure.name, "node_id": None}

    def _last_outputs(self) -> dict[str, Any]:
        goes_on = {edge["source"] for edge in self.definition["edges"] if edge.get("source_port", "out") != "error"}
        return {
            box.id: box.output
            for box in self.boxes.values()
            if box.id not in goes_on
            and box.status != "skipped"
            and box.definition["type"] not in ("core.fail@1", "core.stop@1")
        }
