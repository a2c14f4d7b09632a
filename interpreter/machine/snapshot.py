"""A run as JSON, small enough to begin a new Temporal execution with, and back."""

from dataclasses import asdict
from typing import Any

from interpreter.json_value import JsonObject
from interpreter.machine.commands import (
    CancelChild,
    CancelNode,
    Command,
    Continue,
    OpenWait,
    RunNode,
    StartChild,
    StartTimer,
)
from interpreter.machine.evaluation import evaluate_command, inline_bytes
from interpreter.machine.frames import add_instance
from interpreter.machine.journal import instances_of
from interpreter.machine.questions import asked_again, output_question
from interpreter.machine.state import Decided, Ending, Frame, Instance, RunContext, State
from interpreter.machine.visible import scope_of
from interpreter.plan import Plan
from interpreter.protocol import Batch
from interpreter.reuse.recorded import Reuse

_INSTANCE = (
    "taken", "not_taken", "status", "queued", "place", "attempt", "started_ms", "ended_ms", "input", "output",
    "has_output", "large", "error", "port", "cancelling", "answers", "asked", "failures", "memory", "closing",
    "reused", "cached_at", "tried", "size",
)  # fmt: skip
_FRAME = ("number", "path", "locals", "outer", "open", "errors", "large", "finally_error", "ended", "ended_as")
_STATE = (
    "now_ms", "finished", "paused", "cancels", "answers", "asked", "timers", "graces", "frames_ended", "places", "busy",
    "waiting", "inline", "status", "response", "seq", "recorded_status", "other_errors", "waits_for_continue",
)  # fmt: skip


def snapshot(state: State) -> JsonObject:
    """Everything that `restore` needs; the events and rows since the last checkpoint must have been recorded."""
    return {
        "context": asdict(state.context),
        "batch": None if state.batch is None else {**asdict(state.batch), "outer": {}, "items": None},
        "state": {name: getattr(state, name) for name in _STATE},
        "decided": None if state.decided is None else asdict(state.decided),
        "root": _frame_json(state.root),
        "queue": [instance.key for instance in state.queue if not instance.ended],
        "woken": [instance.key for instance in state.woken if not instance.ended],
    }


def restore(plan: Plan, stored: JsonObject, reuse: Reuse | None = None) -> tuple[State, list[Command]]:
    """The run of a snapshot, and the commands that re-open what was open: timers at their absolute
    time, activities in flight with the same key, evaluations, waits, children, cancels.

    What a rerun reuses is not part of the snapshot: it is given again.
    """
    batch = None if stored["batch"] is None else Batch(**stored["batch"])
    state = State(plan, RunContext(**stored["context"]), batch, reuse)
    for name in _STATE:
        setattr(state, name, stored["state"][name])
    state.decided = None if stored["decided"] is None else Decided(**stored["decided"])
    nodes = list(plan.roots) if batch is None else [int(index) for index in stored["root"]["instances"]]
    _restore_frame(state, state.root, nodes, stored["root"])
    state.queue.extend(state.by_key[key] for key in stored["queue"])
    for key in stored["woken"]:
        state.by_key[key].woken = True
        state.woken.append(state.by_key[key])
    return state, [] if state.finished else _reopened(state)


def _frame_json(frame: Frame) -> JsonObject:
    told: JsonObject = {name: getattr(frame, name) for name in _FRAME}
    told["path"] = list(frame.path)
    told["ending"] = None if frame.ending is None else asdict(frame.ending)
    told["instances"] = {str(index): _instance_json(one) for index, one in frame.instances.items() if _is_touched(one)}
    return told


def _is_touched(instance: Instance) -> bool:
    return instance.status != "pending" or instance.queued or bool(instance.taken or instance.not_taken)


def _instance_json(instance: Instance) -> JsonObject:
    fresh = Instance(instance.node, instance.frame, instance.key)
    told: JsonObject = {name: value for name in _INSTANCE if (value := getattr(instance, name)) != getattr(fresh, name)}
    if instance.ended:
        told.pop("tried", None)
    if instance.frames:
        told["frames"] = [_frame_json(frame) for frame in instance.frames.values()]
    return told


def _restore_frame(state: State, frame: Frame, nodes: list[int], stored: JsonObject) -> None:
    for name in _FRAME:
        setattr(frame, name, stored[name])
    frame.path = tuple(stored["path"])
    frame.ending = None if stored["ending"] is None else Ending(**stored["ending"])
    for index in nodes:
        add_instance(state, frame, state.plan.nodes[index])
    for index, told in stored["instances"].items():
        _restore_instance(state, frame.instances[int(index)], told)


def _restore_instance(state: State, instance: Instance, told: dict[str, Any]) -> None:
    for name in _INSTANCE:
        if name in told:
            setattr(instance, name, told[name])
    if instance.has_output:
        instance.frame.outputs[instance.node.id] = instance.output
    nodes = [*instance.node.children, *([] if instance.node.final is None else [instance.node.final])]
    for one in told.get("frames", ()):
        frame = Frame(instance, one["number"], (), {})
        instance.frames[frame.number] = frame
        _restore_frame(state, frame, nodes, one)


def _reopened(state: State) -> list[Command]:
    commands: list[Command] = [StartTimer(timer, at_ms) for timer, at_ms in state.timers.items()]
    for one in instances_of(state.root):
        if not one.ended:
            commands += _reopened_instance(state, one)
    if state.asked:
        commands.append(evaluate_command(state, state, output_question(state)))
    if state.waits_for_continue:
        commands.append(Continue())
    return commands


def _reopened_instance(state: State, one: Instance) -> list[Command]:
    commands: list[Command] = [
        evaluate_command(state, one, asked_again(one, field, asked)) for field, asked in one.asked.items()
    ]
    memory = one.memory
    if one.status == "running" and not one.node.is_control:
        scope = scope_of(state, one.frame, one.node.reads)
        commands.append(RunNode(one.key, one.node, scope, inline_bytes(state), one.attempt))
        if one.cancelling:
            commands.append(CancelNode(one.key))
    if memory.get("open"):
        commands.append(OpenWait(one.key, memory["open"]))
    if "child_asked" in memory and "child" not in memory:
        commands.append(StartChild(one.key, memory["child_asked"]))
    if one.cancelling and memory.get("child"):
        commands.append(CancelChild(one.key, memory["child"]))
    return commands
