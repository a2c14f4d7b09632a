"""`core.loop@1`: repeats its inner graph while, or until, a condition holds."""

from pydantic import ConfigDict, Field

from interpreter.duration import Duration, parse_duration
from interpreter.json_value import Json
from interpreter.machine.constructs.decision import (
    Construct,
    Decision,
    EndedFrame,
    Fails,
    FailsWith,
    Leaves,
    Outcome,
    Runs,
)
from interpreter.node_type import Kind, NodeConfig, NodeType

DEFAULT_ITERATIONS = 1_000
MOST_ITERATIONS = 1_000_000


class LoopConfig(NodeConfig):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    while_: bool | None = Field(default=None, alias="while", description="Asked before each iteration")
    until: bool | None = Field(default=None, description="Asked after each iteration")
    max_iterations: int = Field(default=DEFAULT_ITERATIONS, ge=1, le=MOST_ITERATIONS, description="One more is the error LoopLimit")
    initial: Json = Field(default=None, description="What carry is in the first iteration")
    next: Json = Field(default=None, description="What carry is afterwards; without it, what the last nodes gave")
    delay: Duration | None = Field(default=None, description="The pause between two iterations")


def _decide(decision: Decision) -> Outcome:
    memory = decision.memory
    if "phase" not in memory:
        memory["carry"] = decision.value("initial")
        memory.update(index=0, phase="while")
    while True:
        outcome = _PHASES[memory["phase"]](decision)
        if outcome is not None:
            return outcome


def _ask_while(decision: Decision) -> Outcome | None:
    memory = decision.memory
    index = memory["index"]
    if "while" in decision.config:
        goes_on = decision.value_now("while", index, {"carry": memory["carry"], "index": index})
        if not isinstance(goes_on, bool):
            return _not_boolean(goes_on, "while")
        if not goes_on:
            return Leaves(memory["carry"])
    most = decision.value("max_iterations") if "max_iterations" in decision.config else DEFAULT_ITERATIONS
    if not isinstance(most, int) or most < 1:
        return Fails("TypeError", "max_iterations is not a whole number above 0")
    if index >= most:
        return Fails("LoopLimit", f"it was to go round more than {most} times", "raise max_iterations, or mend the condition")
    if index and decision.config.get("delay"):
        memory["phase"] = "delay"
        pause = decision.value("delay")
        try:
            milliseconds = round(parse_duration(str(pause)).total_seconds() * 1000)
        except ValueError as wrong:
            return Fails("TypeError", f"the delay: {wrong}")
        decision.start_timer("delay", decision.now_ms + milliseconds)
        return Runs()
    return _begin_round(decision)


def _after_delay(decision: Decision) -> Outcome | None:
    return _begin_round(decision) if decision.fired("delay") else Runs()


def _begin_round(decision: Decision) -> Outcome | None:
    memory = decision.memory
    memory["phase"] = "body"
    decision.open_frame(memory["index"], {"index": memory["index"], "carry": memory["carry"]})
    return None


def _after_body(decision: Decision) -> Outcome | None:
    frame = _ended(decision)
    if frame is None:
        return Runs()
    if frame.error is not None:
        return FailsWith(frame.error)
    memory = decision.memory
    memory["carry"] = decision.value_after("next", frame) if "next" in decision.config else frame.value
    memory["phase"] = "until"
    return None


def _ask_until(decision: Decision) -> Outcome | None:
    frame = _ended(decision)
    assert frame is not None
    memory = decision.memory
    if "until" in decision.config:
        done = decision.value_after("until", frame, {"carry": memory["carry"], "index": memory["index"]})
        if not isinstance(done, bool):
            return _not_boolean(done, "until")
        if done:
            return Leaves(memory["carry"])
    decision.drop(frame)
    memory["index"] += 1
    memory["phase"] = "while"
    return Runs(again=True) if decision.budget_is_spent else None


_PHASES = {"while": _ask_while, "delay": _after_delay, "body": _after_body, "until": _ask_until}


def _ended(decision: Decision) -> EndedFrame | None:
    ended = decision.ended_frames()
    return ended[0] if ended else None


def _not_boolean(value: Json, where: str) -> Fails:
    shown = "nothing" if value is None else type(value).__name__
    return Fails("TypeError", f'"{where}" is {shown}, not true or false', "compare it, or use $boolean(…)")


LOOP = Construct(
    NodeType(
        id="core.loop@1",
        title="Loop",
        description="Runs the nodes inside it again and again, while or until a condition holds.",
        category="Logic",
        kind=Kind.CONTROL,
        config=LoopConfig,
        container=True,
    ),
    _decide,
    count_frames=lambda memory: (memory.get("index", 0), memory.get("index", 0) + 1),
)
