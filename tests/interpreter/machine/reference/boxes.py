"""Frames and the boxes in them: what has happened so far, and what can be read off it."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

ENDS = ("succeeded", "failed", "skipped", "cancelled")
SERVICE = "core.http_request@1"
CONTAINERS = ("core.map@1", "core.loop@1", "core.try@1", "core.finally@1")
ENDS_NOWHERE = ("core.fail@1", "core.stop@1", "core.finally@1")
"""Never the last node of a frame."""

Story = Generator[str, Any, tuple[Any, str]]
"""Yields the status in which the instance stands, is sent what happens, returns its output and port."""
Error = dict[str, Any]


class Failed(Exception):
    """A story ends badly."""

    def __init__(self, error: Error) -> None:
        super().__init__(error["name"])
        self.error = error


@dataclass(eq=False)
class Box:
    """A node in a frame."""

    node: dict[str, Any]
    frame: "Frame"
    status: str = "pending"
    port: str | None = None
    output: Any = None
    error: Error | None = None
    """What `errors.<id>` shows."""
    held: Error | None = None
    matched: dict[int, int] = field(default_factory=dict)
    """Place of a retry policy -> the failures it matched; a person's retry does not begin anew."""
    told: bool = False
    """Its frame has begun to end while it ran: whatever comes, it ends as cancelled (draining services aside)."""
    grace_at: int | None = None
    closing: bool = False
    """A container that has failed and waits for its frames."""
    decides_edges: bool = False
    """False for an instance that ended after its frame had begun to end."""
    story: Story | None = None
    frames: list["Frame"] = field(default_factory=list)
    ended_frames: list["Frame"] = field(default_factory=list)
    """In the order of their end."""
    timers: dict[str, int] = field(default_factory=dict)
    asking: list[str] = field(default_factory=list)
    """The fields of its config that are evaluated elsewhere at present."""
    waits: bool = False
    """Answers are accepted."""
    child: str | None = None
    """`starting`, or the id of the child run it waits for."""

    @property
    def id(self) -> str:
        return self.node["id"]

    @property
    def type(self) -> str:
        return self.node["type"]

    @property
    def config(self) -> dict[str, Any]:
        return self.node.get("config", {})

    @property
    def key(self) -> str:
        return f"{self.id}#{self.frame.path_text}" if self.frame.path else self.id

    @property
    def ended(self) -> bool:
        return self.status in ENDS

    @property
    def is_container(self) -> bool:
        return self.type in CONTAINERS

    @property
    def is_finally(self) -> bool:
        return self.type == "core.finally@1"

    @property
    def open_frames(self) -> list["Frame"]:
        return [frame for frame in self.frames if not frame.ended]

    @property
    def has_output(self) -> bool:
        return self.status == "succeeded" or (self.status == "failed" and self.port == "out")


class Frame:
    """One execution of a scope."""

    def __init__(self, definition: dict[str, Any], owner: Box | None, index: int | None, names: dict[str, Any]) -> None:
        self.owner = owner
        self.path: tuple[int, ...] = (*(owner.frame.path if owner else ()), *(() if index is None else (index,)))
        self.names = names
        """`item`, `index`, `count`, `carry`: those that this frame has itself."""
        parent = owner.id if owner else None
        scope = [node for node in definition["nodes"] if node.get("parent") == parent]
        self.boxes = {node["id"]: Box(node, self) for node in scope}
        self.edges = [edge for edge in definition["edges"] if edge["target"] in self.boxes]
        self.ending = False
        self.draining = False
        self.error: Error | None = None
        """The first failure that reached it while it was not ending."""
        self.ended = False

    @property
    def path_text(self) -> str:
        return ".".join(str(index) for index in self.path)

    @property
    def body(self) -> list[Box]:
        return [box for box in self.boxes.values() if not box.is_finally]

    @property
    def final(self) -> Box | None:
        return next((box for box in self.boxes.values() if box.is_finally), None)

    @property
    def is_over(self) -> bool:
        """Whether all but its finally have ended."""
        return all(box.ended for box in self.body)

    def outward(self) -> Iterator["Frame"]:
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.owner.frame if frame.owner else None

    def scope(self, extra: dict[str, Any]) -> dict[str, Any]:
        """What an expression in this frame sees of nodes, errors and names; `extra` wins."""
        seen: dict[str, Any] = {"nodes": {}, "errors": {}}
        for frame in reversed(list(self.outward())):
            for box in frame.boxes.values():
                seen["nodes"].pop(box.id, None)
                seen["errors"].pop(box.id, None)
                if box.has_output:
                    seen["nodes"][box.id] = box.output
                if box.error is not None:
                    seen["errors"][box.id] = box.error
            seen.update(frame.names)
        return {**seen, **extra}

    def last_boxes(self) -> list[Box]:
        goes_on = {edge["source"] for edge in self.edges if edge.get("source_port", "out") != "error"}
        return [box for box in self.boxes.values() if box.id not in goes_on and box.type not in ENDS_NOWHERE]

    def outputs_of_the_last(self) -> dict[str, Any]:
        return {box.id: box.output for box in self.last_boxes() if box.status != "skipped"}

    def value(self) -> Any:
        """Null of an empty frame, the output of the only last node, or the object of several."""
        last = self.last_boxes()
        if len(last) <= 1:
            return last[0].output if last else None
        return self.outputs_of_the_last()

    def taken(self, edge: dict[str, Any]) -> bool | None:
        """True taken, False not taken, None undecided."""
        source = self.boxes[edge["source"]]
        if not source.decides_edges:
            return None
        return source.status != "skipped" and source.port == edge.get("source_port", "out")

    def verdict(self, box: Box) -> str:
        """`run`, `skip` or `wait`: what the join of a pending box says."""
        decisions = [self.taken(edge) for edge in self.edges if edge["target"] == box.id]
        if not decisions:
            return "run"
        taken, lost, total = decisions.count(True), decisions.count(False), len(decisions)
        join = box.node.get("join", "all")
        if join == "all":
            return "wait" if taken + lost < total else "run" if taken else "skip"
        if join == "every":
            return "run" if taken == total else "skip" if lost else "wait"
        if join == "any":
            return "run" if taken else "skip" if lost == total else "wait"
        return "run" if taken >= join else "skip" if total - lost < join else "wait"
