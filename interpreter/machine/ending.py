"""How an instance ends, what that does to its edges, and which instances become ready or are skipped by it."""

import json

from interpreter.json_value import Json
from interpreter.large_value import holds_reference
from interpreter.machine.commands import CancelTimer, CloseWait
from interpreter.machine.journal import change_status
from interpreter.machine.progress import size
from interpreter.machine.queueing import enqueue, wake
from interpreter.machine.state import Frame, Instance, State
from interpreter.protocol import ErrorValue, NodeStatus

TIMERS = ("retry", "wait", "deadline", "delay", "escalation")
"""The timers that an instance may have, each named `<kind>:<key>`."""


def succeed(state: State, instance: Instance, output: Json, port: str | None = "out", by: str = "") -> None:
    """The instance leaves by a port with an output (no port: nothing follows)."""
    show(state, instance, output)
    _end(state, instance, "succeeded", port, by)


def show(state: State, instance: Instance, output: Json) -> None:
    """Makes the output visible to the expressions of its frame and those inside."""
    instance.output = output
    instance.has_output = True
    instance.frame.outputs[instance.node.id] = output
    if output is None or isinstance(output, bool | int | float):
        return
    state.inline += len(output) if isinstance(output, str) else len(json.dumps(output, ensure_ascii=False))
    if not isinstance(output, str) and holds_reference(output):
        instance.large = True
        instance.frame.large[f"nodes.{instance.node.id}"] = None


def fail_and_go_on(state: State, instance: Instance, error: ErrorValue) -> None:
    """The instance has failed and its `on_error` says that the scope goes on."""
    instance.error = error
    instance.frame.errors[instance.node.id] = error
    if instance.node.on_error == "continue":
        show(state, instance, None)
        _end(state, instance, "failed", "out")
    else:
        _end(state, instance, "failed", "error")


def fail_for_good(state: State, instance: Instance, error: ErrorValue) -> None:
    """The instance has failed and takes its scope with it; it leaves by nothing."""
    instance.error = error
    instance.frame.errors[instance.node.id] = error
    _close(state, instance, "failed")


def cancel(state: State, instance: Instance, abandoned: bool = False) -> None:
    """The instance ends as cancelled; only a frame that ends does that, so no edge is decided."""
    if abandoned:
        instance.error = {
            "name": "Abandoned",
            "message": "it did not answer its cancel within the grace time",
            "node_id": instance.node.id,
            "key": instance.key,
            "attempts": max(1, instance.attempt),
            "retryable": False,
            "abandoned": True,
        }
    _close(state, instance, "cancelled")


def skip(state: State, instance: Instance, by: str = "") -> None:
    """A person skips the instance: none of its edges is taken."""
    _end(state, instance, "skipped", None, by)


def _close(state: State, instance: Instance, status: NodeStatus, by: str = "") -> None:
    waited = instance.status == "waiting"
    if instance.started_ms is not None or status != "cancelled":
        instance.ended_ms = state.now_ms
    instance.answers.clear()
    instance.asked.clear()
    instance.closing = None
    for kind in TIMERS:
        cancel_timer(state, f"{kind}:{instance.key}")
    if waited and instance.memory.get("open"):
        state.commands.append(CloseWait(instance.key))
    if instance.node.container:
        instance.size = size(instance)
    instance.memory = {}
    change_status(state, instance, status, by)
    state.spent += 1
    if not instance.node.is_finally:
        instance.frame.open -= 1


def cancel_timer(state: State, timer: str) -> None:
    if state.timers.pop(timer, None) is not None:
        state.commands.append(CancelTimer(timer))


def _end(state: State, instance: Instance, status: NodeStatus, port: str | None, by: str = "") -> None:
    """Closes an instance and decides its edges, unless its frame has begun to end."""
    instance.port = port
    _close(state, instance, status, by)
    if instance.node.id == state.context.stop_after:
        state.stop_reached = True
    if instance.frame.ending is None:
        _decide_edges(state, instance)
    check_ended(state, instance.frame)


def check_ended(state: State, frame: Frame) -> None:
    """Begins the finally when all else has ended; ends the frame when that has ended too."""
    if frame.open or frame.ended:
        return
    owner = frame.owner
    final = owner.node.final if owner is not None else None
    if final is not None and not frame.instances[final].ended:
        instance = frame.instances[final]
        if instance.status == "pending" and state.cancels > 1:
            cancel(state, instance)
        else:
            if instance.status == "pending":
                enqueue(state, [instance])
            return
    frame.ended = True
    state.frames_ended += 1
    frame.ended_as = state.frames_ended
    if owner is not None:
        wake(state, owner)


def _decide_edges(state: State, ended: Instance) -> None:
    ready: list[Instance] = []
    instances = ended.frame.instances
    # Skips spread at once, before the next instance is taken from the queue.
    ending = [ended]
    for instance in ending:
        for port, target_index in instance.node.outgoing:
            target = instances[target_index]
            if port == instance.port:
                target.taken += 1
            else:
                target.not_taken += 1
            if target.status != "pending" or target.queued:
                continue
            verdict = _join(target)
            if verdict == "run":
                ready.append(target)
            elif verdict == "skip":
                _close(state, target, "skipped")
                ending.append(target)
    enqueue(state, ready)


def _join(target: Instance) -> str:
    """What the decided edges of a pending instance say: `run`, `skip` or `wait`."""
    join = target.node.join
    total = len(target.node.incoming)
    open_edges = total - target.taken - target.not_taken
    if join == "any":
        wanted = 1
    elif join == "every":
        wanted = total
    elif isinstance(join, int):
        wanted = join
    else:
        return "wait" if open_edges else "run" if target.taken else "skip"
    if target.taken >= wanted:
        return "run"
    return "skip" if target.taken + open_edges < wanted else "wait"
