"""The reference's run: one queue, one list of woken containers, and the ways in which things end."""

from collections.abc import Iterator
from typing import Any

from tests.interpreter.machine.reference.boxes import SERVICE, Box, Error, Failed, Frame
from tests.interpreter.machine.reference.stories import (
    DEADLINE,
    DUE,
    STORIES,
    DeadlineOver,
    Evaluation,
    ask,
    contained,
    error_of,
    milliseconds,
)

GRACE_MS = 10_000
FINALLY_DEADLINE = "60s"


class ReferenceRun:
    """One run. Every public method is one event; `now_ms` is set by whoever tells them."""

    def __init__(
        self, definition: dict[str, Any], run_input: Any, now_ms: int = 0, reused: dict[str, Any] | None = None
    ) -> None:
        self.definition = definition
        self.reused = dict(reused or {})
        """Recorded ends by instance key, which take the place of whatever the instance would do."""
        self.shared = {"input": run_input, "vars": {}, "trigger": {"kind": "api"}}
        self.now_ms = now_ms
        self.drains = definition.get("settings", {}).get("on_failure") == "drain"
        self.frames: list[Frame] = []
        """All frames that ever began, in order of their begin."""
        self.queue: list[Box] = []
        self.woken: list[Box] = []
        self.started: list[str] = []
        self.end: str | None = None
        self.end_output: Any = None
        self.end_error: Error | None = None
        self.finished = False
        self.paused = False
        self.cancels = 0
        self.response: dict[str, Any] | None = None
        self.output_story: Any = None
        self.asking_output: list[str] = []
        self.timeout_at: int | None = None
        self.root: Frame

    # --- events ---

    def start(self) -> None:
        timeout = self.definition.get("settings", {}).get("timeout")
        self.timeout_at = self.now_ms + milliseconds(timeout) if timeout else None
        self.root = self.open(None, None, {})
        self._work()

    def happens(self, key: str, what: Any) -> None:
        """An activity, a wait's answer, a child's news: the next page of an instance's story."""
        box = self.box(key)
        if box is not None and not box.ended:
            self._turn(box, what)
        self._work()

    def evaluated(self, key: str | None, field: str) -> None:
        if key is None:
            self._render_output(Evaluation(field))
        elif (key, field) in self.asking():
            self.happens(key, Evaluation(field))
        self._work()

    def timer(self, name: str) -> None:
        """Every timer but the graces."""
        if name == "timeout":
            self.timeout_at = None
            self._decide("timed_out")
        else:
            kind, key = name.split(":", 1)
            box = self.box(key)
            if box is None or box.timers.pop(name, None) is None:
                raise AssertionError(f"no timer {name}")
            if kind == "deadline":
                self._deadline(box)
            else:
                self._turn(box, DUE)
        self._work()

    def grace_is_over(self) -> None:
        """A grace timer has fired: whatever has had its time is left behind."""
        for box in self._told():
            if box.grace_at is not None and box.grace_at <= self.now_ms:
                self._end(box, "cancelled")
        self._work()

    def cancel(self) -> None:
        self.cancels += 1
        self._decide("cancelled")
        if self.cancels >= 2:
            for box in list(self._in_order(self.root)):
                if box.is_finally and box in self.queue:
                    self.queue.remove(box)
                    self._end(box, "cancelled")
                elif box.is_finally and box.status == "running":
                    self._tell_container(box, drain=False)
        self._work()

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False
        self._work()

    def intervene(self, key: str, action: str, output: Any = None, port: str = "out") -> None:
        box = self.box(key)
        assert box is not None
        if action == "skip":
            self._end(box, "skipped")
        elif action == "output":
            box.output, box.port = output, port
            self._end(box, "succeeded")
        elif action == "fail":
            held, box.held = box.held, None
            self._fail_for_good(box, held or {})
        else:
            box.held = None
            self._tell_story(box)
        self._work()

    # --- what can be read off ---

    def boxes(self) -> list[Box]:
        return [box for frame in self.frames for box in frame.boxes.values()]

    def box(self, key: str) -> Box | None:
        """The newest of its key: a container that is tried again begins its frames anew."""
        return next((box for box in reversed(self.boxes()) if box.key == key), None)

    def statuses(self) -> dict[str, str]:
        return {box.key: box.status for box in self.boxes()}

    def running(self) -> set[str]:
        return {box.key for box in self.boxes() if box.status == "running" and box.type == SERVICE}

    def told(self) -> set[str]:
        return {box.key for box in self._told() if box.type == SERVICE}

    def timers(self) -> dict[str, int]:
        """Name and time of each open timer but the graces."""
        found = {name: at for box in self.boxes() if not box.ended for name, at in box.timers.items()}
        return {**found, **({"timeout": self.timeout_at} if self.timeout_at is not None else {})}

    def graces(self) -> set[int]:
        return {box.grace_at for box in self._told() if box.grace_at is not None}

    def waits(self) -> set[str]:
        return {box.key for box in self.boxes() if box.waits and box.status == "waiting" and box.held is None}

    def children(self) -> dict[str, str]:
        return {box.key: box.child for box in self.boxes() if box.child and not box.ended and box.held is None}

    def responses(self) -> list[Any]:
        return [] if self.response is None else [self.response["output"]]

    def asking(self) -> set[tuple[str | None, str]]:
        """Which fields of which instances are evaluated elsewhere; no key: the output of the run."""
        open_boxes = [box for box in self.boxes() if not box.ended]
        asked: set[tuple[str | None, str]] = {(box.key, field) for box in open_boxes for field in box.asking}
        return asked | {(None, field) for field in self.asking_output}

    def needs_no_answer(self, key: str | None) -> bool:
        """Of a container that is on its way to its end: nobody can take a question back, so it is left alone."""
        box = None if key is None else self.box(key)
        return box is not None and (box.told or box.closing)

    def asking_of(self, box: Box | None) -> list[str]:
        return self.asking_output if box is None else box.asking

    def status(self) -> str:
        if self.finished:
            return self.end or ""
        open_boxes = [box for box in self.boxes() if not box.ended]
        busy = any(box.status in ("running", "retrying") and not box.is_container for box in open_boxes)
        waiting = any(box.status == "waiting" for box in open_boxes)
        return "waiting" if waiting and not busy and not self.queue else "running"

    def _in_order(self, frame: Frame) -> Iterator[Box]:
        """What is in a frame and in the frames in it, in definition and index order."""
        for box in frame.boxes.values():
            yield box
            for inner in box.frames:
                yield from self._in_order(inner)

    def _told(self) -> list[Box]:
        return [box for box in self._in_order(self.root) if box.grace_at is not None and not box.ended]

    # --- how things begin ---

    def _work(self) -> None:
        while True:
            if self.woken:
                box = self.woken.pop(0)
                if box.status == "running":
                    self._turn(box, None)
            elif self.queue and (not self.paused or self.end is not None):
                box = self.queue.pop(0)
                self.started.append(box.key)
                self._tell_story(box)
            else:
                break
        if self.root.ended and not self.finished:
            self._conclude()

    def open(self, owner: Box | None, index: int | None, names: dict[str, Any]) -> Frame:
        """Begins a frame: the run's own, or the next one of a container."""
        frame = Frame(self.definition, owner, index, names)
        self.frames.append(frame)
        if owner is not None:
            owner.frames.append(frame)
        self._enqueue_ready(frame)
        self._look_at(frame)
        return frame

    def _tell_story(self, box: Box) -> None:
        """Begins an instance, or begins a held one again."""
        box.frames, box.ended_frames, box.closing, box.child = [], [], False, None
        box.asking.clear()
        if box.node.get("disabled"):
            box.port = "out"
            self._end(box, "succeeded")
            return
        recorded = self.reused.pop(box.key, None)
        if recorded is not None:
            box.output, box.port, box.error = recorded["output"], recorded["port"], recorded["error"]
            self._end(box, recorded["status"])
            return
        deadline = box.node.get("timeout", FINALLY_DEADLINE if box.is_finally else None)
        if deadline is not None and box.type != SERVICE:
            box.timers[f"deadline:{box.key}"] = self.now_ms + milliseconds(deadline)
        box.story = contained(self, box) if box.is_container else STORIES[box.type](self, box)
        box.status = "running"
        self._turn(box, None)

    def _turn(self, box: Box, what: Any, thrown: Failed | None = None) -> None:
        """Turns a page of an instance's story; of one that was told to cancel only the end matters."""
        if box.told and self._told_ends(box, what):
            return
        assert box.story is not None
        try:
            box.status = box.story.throw(thrown) if thrown else box.story.send(what)
        except StopIteration as done:
            output, port = done.value
            self._succeed(box, output, port)
        except Failed as failed:
            self._fail(box, failed.error)

    def _told_ends(self, box: Box, what: Any) -> bool:
        """Whether there is nothing more to tell of a box that was told to cancel."""
        if box.is_container:
            if not box.open_frames:
                self._end(box, "cancelled")
            return True
        if box.child == "starting" and "child_id" in what and "status" not in what and box.config.get("wait", True):
            box.child = what["child_id"]
            return True
        self._end(box, "cancelled")
        return True

    # --- how things end ---

    def _succeed(self, box: Box, output: Any, port: str) -> None:
        box.output, box.port = output, port
        stops = box.type == "core.stop@1" and self.end is None
        if stops:
            self.end, self.end_output = "succeeded", output
        self._end(box, "succeeded")
        if stops:
            self._begin_to_end(self.root, drain=False)

    def _fail(self, box: Box, error: Error) -> None:
        on_error = "fail" if box.frame.ending or box.is_finally else box.node.get("on_error", "fail")
        if on_error == "hold":
            box.timers.clear()
            box.held, box.status, box.waits = error, "waiting", False
        elif on_error in ("continue", "route"):
            box.error = error
            box.port = "out" if on_error == "continue" else "error"
            self._end(box, "failed")
        else:
            self._fail_for_good(box, error)

    def _fail_for_good(self, box: Box, error: Error) -> None:
        box.error = error
        box.status = "failed"
        frame = box.frame
        if not frame.ending and not box.is_finally:
            frame.error = error
            if frame is self.root:
                self.end, self.end_error = "failed", error
            self._begin_to_end(frame, self.drains)
        self._end(box, "failed")

    def _end(self, box: Box, status: str) -> None:
        """An instance has ended: its edges are decided, then its frame is looked at."""
        box.status = status
        box.timers.clear()
        if box in self.queue:
            self.queue.remove(box)
        if not box.frame.ending and status != "cancelled":
            box.decides_edges = True
            self._enqueue_ready(box.frame)
        self._look_at(box.frame)

    def _enqueue_ready(self, frame: Frame) -> None:
        """Skips until nothing more is skipped, then lets what is ready join the queue in definition order."""
        skipped = True
        while skipped:
            skipped = False
            for box in frame.body:
                if box.status == "pending" and box not in self.queue and frame.verdict(box) == "skip":
                    box.status, box.decides_edges = "skipped", True
                    skipped = True
        for box in frame.body:
            if box.status == "pending" and box not in self.queue and frame.verdict(box) == "run":
                self.queue.append(box)

    def _look_at(self, frame: Frame) -> None:
        """Whether a frame has ended; its finally comes first."""
        if frame.ended or not frame.is_over:
            return
        final = frame.final
        if final is not None and final.status == "pending":
            if self.cancels > 1:
                final.status = "cancelled"
            elif final not in self.queue:
                self.queue.append(final)
        if final is not None and not final.ended:
            return
        frame.ended = True
        if frame.owner is not None:
            frame.owner.ended_frames.append(frame)
            self.woken.append(frame.owner)

    def end_frames(self, box: Box, drain: bool) -> None:
        for frame in box.open_frames:
            self._begin_to_end(frame, drain)

    def _begin_to_end(self, frame: Frame, drain: bool) -> None:
        """Ends what can be ended at once and tells the rest; its finally is left alone."""
        if frame.ended or (frame.ending and (drain or not frame.draining)):
            return
        frame.ending, frame.draining = True, drain
        for box in frame.body:
            if box.ended:
                continue
            if box.is_container and box.status == "running":
                self._tell_container(box, drain)
            elif box.child is not None and box.status in ("running", "waiting") and box.held is None:
                self._tell(box)
            elif box.status in ("running", "retrying") and box.type == SERVICE:
                if box.status == "running" and not drain:
                    self._tell(box)
                elif not drain:
                    self._cancel_at_once(box)
            else:
                self._cancel_at_once(box)
        self._look_at(frame)

    def _tell(self, box: Box) -> None:
        if not box.told:
            box.told, box.grace_at = True, self.now_ms + GRACE_MS

    def _tell_container(self, box: Box, drain: bool) -> None:
        box.told = True
        box.timers.clear()
        box.asking.clear()
        self.end_frames(box, drain)
        if not box.open_frames:
            self._cancel_at_once(box)

    def _cancel_at_once(self, box: Box) -> None:
        box.status = "cancelled"
        box.timers.clear()
        if box in self.queue:
            self.queue.remove(box)
        if box.is_finally:
            self._look_at(box.frame)

    def _deadline(self, box: Box) -> None:
        timeout = error_of(box, "Timeout")
        if not box.is_container:
            self._turn(box, DEADLINE)
        elif box.told or box.closing:
            self.end_frames(box, drain=False)
        elif box.type == "core.try@1":
            frame = box.open_frames[0]
            if not frame.ending:
                frame.error = timeout
            self._begin_to_end(frame, drain=False)
        else:
            self._turn(box, None, DeadlineOver(timeout))

    def _decide(self, end: str) -> None:
        """The run is decided if it was not; what drains is drained no more."""
        if self.end is None:
            self.end = end
            if end == "timed_out":
                self.end_error = error_of(None, "RunTimeout")
        self._begin_to_end(self.root, drain=False)

    # --- the end of the run ---

    def _conclude(self) -> None:
        if self.end is None and self.output_story is None:
            self._render_output(None)
        if self.end is not None:
            self.finished = True
            self.timeout_at = None

    def _render_output(self, what: Any) -> None:
        template = self.definition.get("output")
        if template is None:
            self.end, self.end_output = "succeeded", self.root.outputs_of_the_last()
            return
        if self.output_story is None:
            self.output_story = ask(self, None, "output", template, self.root, {})
        try:
            self.output_story.send(what)
        except StopIteration as done:
            self.end, self.end_output, self.output_story = "succeeded", done.value, None
        except Failed as failed:
            self.end, self.end_error, self.output_story = "failed", failed.error, None
