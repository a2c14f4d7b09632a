"""A control construct's view of the run: the `Decision` it is given."""

from interpreter.json_value import Json, JsonObject
from interpreter.machine.batches import batch_of
from interpreter.machine.commands import OpenWait, Respond, StartBatch, StartChild
from interpreter.machine.constructs.decision import EndedFrame
from interpreter.machine.evaluation import Question, answer, forget, gathered_template
from interpreter.machine.frames import drop_frame, frame_value, open_frame
from interpreter.machine.journal import error_value
from interpreter.machine.questions import GATHER
from interpreter.machine.state import STEP_BUDGET, Frame, Instance, State
from interpreter.machine.winding import begin_to_end, start_timer
from interpreter.protocol import ErrorValue, EvaluationKind


class _Ended:
    """A frame that has ended (`EndedFrame`)."""

    __slots__ = ("frame",)

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    @property
    def number(self) -> int:
        return self.frame.number

    @property
    def error(self) -> ErrorValue | None:
        return self.frame.ending.error if self.frame.ending is not None else None

    @property
    def finally_error(self) -> ErrorValue | None:
        return self.frame.finally_error

    @property
    def value(self) -> Json:
        return frame_value(self.frame)


class View:
    """What one instance sees and may do (`Decision`)."""

    __slots__ = ("_instance", "_state", "config")

    def __init__(self, state: State, instance: Instance) -> None:
        self._state = state
        self._instance = instance
        self.config = instance.node.config

    @property
    def memory(self) -> JsonObject:
        return self._instance.memory

    @property
    def now_ms(self) -> int:
        return self._state.now_ms

    @property
    def budget_is_spent(self) -> bool:
        return self._state.spent >= STEP_BUDGET

    @property
    def depth(self) -> int:
        return self._state.context.depth

    # values

    def value(self, *path: str | int) -> Json:
        return self._ask("/".join(map(str, path)), path, self._instance.frame)

    def items(self, *path: str | int) -> Json:
        return self._ask("/".join(map(str, path)), path, self._instance.frame, "items")

    def show_input(self, input: Json) -> None:
        self._instance.input = input

    def transformed(self) -> Json:
        return self._ask("", (), self._instance.frame, "transform")

    def value_now(self, field: str, round: int, locals: JsonObject) -> Json:
        return self._ask(f"{field}#{round}", (field,), self._instance.frame, locals=locals)

    def value_after(self, field: str, frame: EndedFrame, locals: JsonObject | None = None) -> Json:
        inner = self._instance.frames[frame.number]
        return self._ask(f"{field}#{frame.number}", (field,), inner, locals=locals)

    def gathered(self, parts: list[Json]) -> Json:
        template, reads = gathered_template(parts)
        question = Question(GATHER, template, reads, self._instance.frame, "gather")
        gathered = answer(self._state, self._instance, question)
        forget(self._instance, GATHER)
        return gathered

    def _ask(
        self,
        field: str,
        path: tuple[str | int, ...],
        frame: Frame,
        kind: EvaluationKind = "value",
        locals: JsonObject | None = None,
    ) -> Json:
        template, reads = self._instance.node.expression(path)
        asked = Question(field, template, reads, frame, kind, self._instance.node.type, locals or {})
        return answer(self._state, self._instance, asked)

    def taken_outputs(self) -> JsonObject:
        instances = self._instance.frame.instances
        sources = [(port, instances[source]) for port, source in self._instance.node.incoming]
        return {source.node.id: source.output for port, source in sources if source.ended and source.port == port}

    # containers

    def open_frame(self, number: int, locals: JsonObject, indexed: bool = True) -> None:
        open_frame(self._state, self._instance, number, locals, indexed)

    def open_count(self) -> int:
        return len(self._instance.open_frames()) if self._instance.frames else 0

    def ended_frames(self) -> list[EndedFrame]:
        ended = [frame for frame in self._instance.frames.values() if frame.ended]
        return [_Ended(frame) for frame in sorted(ended, key=lambda one: one.ended_as)]

    def drop(self, frame: EndedFrame) -> None:
        for field in ("item_output", "next", "until", "while"):
            forget(self._instance, f"{field}#{frame.number}")
        drop_frame(self._state, self._instance.frames[frame.number])

    def fail_open_frames(self, error: ErrorValue) -> None:
        for frame in self._instance.open_frames():
            begin_to_end(self._state, frame, error, draining=False)

    def start_batch(self, number: int, first: int, items: Json, concurrency: int, tolerated: int) -> None:
        batch = batch_of(self._state, self._instance, number, first, items, concurrency, tolerated)
        child_id = f"{self._state.context.run_id}:{self._instance.key}:{number}"
        self.memory.setdefault("batches", {})[child_id] = number
        self._state.commands.append(StartBatch(self._instance.key, child_id, batch))

    def own_error(self, name: str, message: str, hint: str | None = None) -> ErrorValue:
        error = error_value(self._instance, name, message)
        if hint is not None:
            error["hint"] = hint
        return error

    # waits

    def start_timer(self, kind: str, at_ms: int) -> None:
        timer = f"{kind}:{self._instance.key}"
        started = self.memory.setdefault("timers", {})
        if kind not in started:
            started[kind] = at_ms
            start_timer(self._state, timer, at_ms)

    def fired(self, kind: str) -> bool:
        fired: list[str] = self.memory.get("fired", [])
        if kind not in fired:
            return False
        fired.remove(kind)
        self.memory.get("timers", {}).pop(kind, None)
        return True

    def open_wait(self, wait: JsonObject) -> None:
        if self.memory.get("open") != wait:
            self.memory["open"] = wait
            self._instance.input = wait
            self._state.commands.append(OpenWait(self._instance.key, wait))

    def answers(self) -> list[JsonObject]:
        answers: list[JsonObject] = self.memory.setdefault("answers", [])
        return answers

    def start_child(self, request: JsonObject) -> None:
        if "child_asked" not in self.memory:
            self.memory["child_asked"] = request
            self._instance.input = request
            self._state.commands.append(StartChild(self._instance.key, request))

    def child(self) -> JsonObject | None:
        child: JsonObject | None = self.memory.get("child_told")
        return child

    def respond(self, response: JsonObject) -> bool:
        if self._state.response is not None:
            return False
        self._state.response = response
        self._state.commands.append(Respond(response))
        return True
