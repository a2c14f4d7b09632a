"""Decides control nodes: asks their construct, and carries out what it says."""

from typing import cast

from interpreter.json_value import JsonObject
from interpreter.machine.constructs import construct_of
from interpreter.machine.constructs.decision import (
    Fails,
    FailsWith,
    LeavesWithError,
    Outcome,
    Runs,
    StopsRun,
    Waits,
)
from interpreter.machine.deciding import decide_stopped
from interpreter.machine.ending import cancel, check_ended, succeed
from interpreter.machine.evaluation import EvaluationFailed, Undecided
from interpreter.machine.frames import drop_frame
from interpreter.machine.journal import change_status, error_value
from interpreter.machine.queueing import wake
from interpreter.machine.running import fail, show_error, with_more
from interpreter.machine.state import Instance, State
from interpreter.machine.view import View
from interpreter.machine.winding import begin_to_end, tell_batches
from interpreter.protocol import ErrorValue, NodeStatus


def decide(state: State, instance: Instance) -> None:
    """Decides a control node that was woken; it may stay as it is until something more happens."""
    instance.woken = False
    if instance.ended or instance.memory.get("held"):
        return
    state.spent += 1
    if instance.cancelling or instance.closing is not None:
        _go_on_ending(state, instance)
        return
    try:
        outcome = construct_of(instance.node.type).decide(View(state, instance))
    except Undecided:
        outcome = Runs()
    except EvaluationFailed as failed:
        error = error_value(instance, failed.error["name"], failed.error["message"])
        outcome = FailsWith(with_more(error, failed.error.get("hint"), failed.error.get("details")))
    _carry_out(state, instance, outcome)


def time_out(state: State, instance: Instance) -> None:
    """The deadline of a container or a wait is over."""
    construct = construct_of(instance.node.type)
    if instance.closing is not None:
        # It fails already, and lets its frames drain: their time is over now.
        _end_frames(state, instance, draining=False)
        return
    if construct.keeps_deadline or instance.cancelling:
        return
    seconds = (instance.node.deadline_ms or 0) / 1000
    error = error_value(instance, "Timeout", f"it was not done within {seconds:g} s")
    _close(state, instance, {"error": with_more(error, "raise its timeout", None)}, draining=False)


def _carry_out(state: State, instance: Instance, outcome: Outcome) -> None:
    if isinstance(outcome, Runs | Waits):
        status: NodeStatus = "running" if isinstance(outcome, Runs) else "waiting"
        if instance.status != status and not instance.ended:
            change_status(state, instance, status)
        if isinstance(outcome, Runs) and outcome.again:
            wake(state, instance)
    elif isinstance(outcome, StopsRun):
        decide_stopped(state, instance, outcome.output)
    elif isinstance(outcome, Fails):
        error = with_more(error_value(instance, outcome.name, outcome.message), outcome.hint, outcome.details)
        _close(state, instance, {"error": error}, state.plan.drain)
    elif isinstance(outcome, FailsWith):
        _close(state, instance, {"error": outcome.error}, state.plan.drain)
    else:
        if isinstance(outcome, LeavesWithError):
            show_error(state, instance, outcome.error)
        _close(state, instance, {"output": outcome.output, "port": outcome.port}, state.plan.drain)


def _close(state: State, instance: Instance, closing: JsonObject, draining: bool) -> None:
    """Ends an instance; a container first ends the frames that are open."""
    if instance.node.container:
        if instance.status != "running":
            change_status(state, instance, "running")
        instance.closing = closing
        told = _end_frames(state, instance, draining)
        if told or instance.open_frames():
            return
    _apply(state, instance, closing)


def _end_frames(state: State, instance: Instance, draining: bool) -> bool:
    """Brings what is open in a container to its end; whether batches have to answer."""
    for frame in instance.open_frames():
        begin_to_end(state, frame, None, draining)
    return tell_batches(state, instance, draining)


def _go_on_ending(state: State, instance: Instance) -> None:
    """A container that ends: it has, once its last frame and batch have."""
    if instance.open_frames() or instance.memory.get("batches"):
        return
    if instance.cancelling:
        _forget_frames(state, instance)
        cancel(state, instance)
        check_ended(state, instance.frame)
    elif instance.closing is not None:
        _apply(state, instance, instance.closing)


def _apply(state: State, instance: Instance, closing: JsonObject) -> None:
    _forget_frames(state, instance)
    instance.closing = None
    if "error" in closing:
        fail(state, instance, cast(ErrorValue, closing["error"]))
    else:
        succeed(state, instance, closing["output"], closing["port"])


def _forget_frames(state: State, instance: Instance) -> None:
    for frame in list(instance.frames.values()):
        drop_frame(state, frame)
