"""A run as JSON, small enough to begin a new Temporal execution with, and back."""

from dataclasses import asdict
from typing import Any

from interpreter.json_value import JsonObject
from interpreter.machine.commands import CancelNode, Command, Continue, Evaluate, RunNode, StartTimer
from interpreter.machine.evaluation import scope_of
from interpreter.machine.state import Decided, Instance, RunContext, State
from interpreter.plan import Plan

_FIELDS = (
    "taken", "not_taken", "status", "queued", "place", "attempt", "started_ms", "ended_ms", "input", "output",
    "has_output", "error", "port", "cancelling", "abandoned", "answers", "failures",
)  # fmt: skip
"""All but the node, its key, and `asked`, which stands as a list."""


def snapshot(state: State) -> JsonObject:
    """Everything that `restore` needs; the events and rows since the last checkpoint must have been recorded."""
    return {
        "context": asdict(state.context),
        "instances": {str(one.node.index): _instance_json(one) for one in state.instances if _is_touched(one)},
        "queue": list(state.queue),
        "now_ms": state.now_ms,
        "decided": None if state.decided is None else asdict(state.decided),
        "output_answers": state.output_answers,
        "output_asked": state.output_asked,
        "timers": state.timers,
        "places": state.places,
        "seq": state.seq,
        "other_errors": state.other_errors,
        "waits_for_continue": state.waits_for_continue,
        "finished": state.finished,
    }


def restore(plan: Plan, stored: JsonObject) -> tuple[State, list[Command]]:
    """The run of a snapshot, and the commands that re-open what was open: timers at their absolute
    time, activities in flight with the same key, evaluations, cancels."""
    state = State(plan, RunContext(**stored["context"]))
    for index, fields in stored["instances"].items():
        _restore_instance(state, state.instances[int(index)], fields)
    state.queue.extend(stored["queue"])
    state.now_ms = stored["now_ms"]
    state.decided = None if stored["decided"] is None else Decided(**stored["decided"])
    state.output_answers = stored["output_answers"]
    state.output_asked = stored["output_asked"]
    state.timers = dict(stored["timers"])
    state.places = stored["places"]
    state.seq = stored["seq"]
    state.other_errors = stored["other_errors"]
    state.waits_for_continue = stored["waits_for_continue"]
    state.finished = stored["finished"]
    state.open = sum(not one.ended for one in state.instances)
    return state, [] if state.finished else _reopened(state)


def _is_touched(instance: Instance) -> bool:
    return instance.status != "pending" or instance.queued or bool(instance.taken or instance.not_taken)


def _instance_json(instance: Instance) -> JsonObject:
    fresh = Instance(instance.node, instance.key)
    fields: JsonObject = {
        name: value for name in _FIELDS if (value := getattr(instance, name)) != getattr(fresh, name)
    }
    if instance.asked:
        fields["asked"] = sorted(instance.asked)
    return fields


def _restore_instance(state: State, instance: Instance, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(instance, name, set(value) if name == "asked" else value)
    if instance.has_output:
        state.outputs[instance.node.id] = instance.output
    if instance.error is not None and instance.status == "failed":
        state.errors[instance.node.id] = instance.error


def _reopened(state: State) -> list[Command]:
    commands: list[Command] = [StartTimer(timer, at_ms) for timer, at_ms in state.timers.items()]
    for one in state.instances:
        if one.status != "running":
            continue
        for field in sorted(one.asked):
            template = one.node.template(_path(field))
            commands.append(Evaluate(one.key, field, template.raw, scope_of(state, one.node.reads)))
        if not one.node.is_control:
            commands.append(RunNode(one.key, one.node, scope_of(state, one.node.reads)))
            if one.cancelling:
                commands.append(CancelNode(one.key))
    if state.output_asked and "output" not in state.output_answers and state.plan.output is not None:
        scope = scope_of(state, state.plan.output_reads)
        commands.append(Evaluate(None, "output", state.plan.output.raw, scope))
    if state.waits_for_continue:
        commands.append(Continue())
    return commands


def _path(field: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in field.split("/"))
