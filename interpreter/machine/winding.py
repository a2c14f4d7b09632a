"""How a frame is brought to its end before its time: by a failure, a cancel, a stop or a timeout."""

from interpreter.machine.commands import CancelChild, CancelNode, StartTimer
from interpreter.machine.ending import cancel, cancel_timer, check_ended
from interpreter.machine.journal import instances_of
from interpreter.machine.state import Ending, Frame, Instance, State
from interpreter.protocol import ErrorValue

GRACE_MS = 10_000
"""How long a cancelled activity may take to answer."""
GRACE_TIMER = "grace:"


def begin_to_end(state: State, frame: Frame, error: ErrorValue | None, draining: bool) -> None:
    """Starts nothing new in the frame, and tells what runs in it to stop (or lets it drain).

    A frame that ends already keeps its reason; only a drain can be stopped.
    """
    if frame.ended:
        return
    if frame.ending is None:
        frame.ending = Ending(error, draining)
    else:
        if error is not None:
            state.other_errors.append(error)
        if draining or not frame.ending.draining:
            check_ended(state, frame)
            return
        frame.ending.draining = False
    told = False
    for instance in list(frame.instances.values()):
        if not instance.ended and not instance.node.is_finally:
            told = _wind_down(state, instance, draining) or told
    if told:
        start_grace(state)
    check_ended(state, frame)


def end_finallys(state: State) -> None:
    """A second cancel by a person: finallys that run are told to stop, those that are due do not begin."""
    told = False
    for instance in list(instances_of(state.root)):
        if instance.node.is_finally and not instance.ended and instance.started_ms is not None:
            told = _wind_down(state, instance, draining=False) or told
            check_ended(state, instance.frame)
        elif instance.node.is_finally and not instance.ended and instance.queued:
            cancel(state, instance)
            check_ended(state, instance.frame)
    if told:
        start_grace(state)


def abandon(state: State) -> None:
    """The grace time is over: what has not answered in its time is left behind."""
    for instance in list(instances_of(state.root)):
        told_ms = instance.memory.get("told_ms")
        if instance.cancelling and not instance.ended and told_ms is not None and told_ms + GRACE_MS <= state.now_ms:
            cancel(state, instance, abandoned=True)
            check_ended(state, instance.frame)


def start_grace(state: State) -> None:
    state.graces += 1
    start_timer(state, f"{GRACE_TIMER}{state.graces}", state.now_ms + GRACE_MS)


def start_timer(state: State, timer: str, at_ms: int) -> None:
    state.timers[timer] = at_ms
    state.commands.append(StartTimer(timer, at_ms))


def _wind_down(state: State, instance: Instance, draining: bool) -> bool:
    """Ends one instance, or tells it to; whether it was told and has to answer."""
    if instance.node.container and instance.status == "running":
        return _wind_down_container(state, instance, draining)
    if instance.cancelling:
        return False
    if instance.status == "running" and not instance.node.is_control:
        if draining:
            return False
        state.commands.append(CancelNode(instance.key))
    elif instance.status == "running" and "child_asked" in instance.memory:
        # A child that has not begun yet is told when it has.
        if "child" in instance.memory:
            state.commands.append(CancelChild(instance.key, instance.memory["child"]))
    elif instance.status == "retrying" and draining:
        return False
    else:
        cancel(state, instance)
        return False
    instance.cancelling = True
    instance.memory["told_ms"] = state.now_ms
    return True


def _wind_down_container(state: State, instance: Instance, draining: bool) -> bool:
    if instance.closing is not None and instance.closing.get("error") is not None:
        state.other_errors.append(instance.closing["error"])
    instance.closing = None
    instance.cancelling = True
    cancel_timer(state, f"deadline:{instance.key}")
    cancel_timer(state, f"delay:{instance.key}")
    told = tell_batches(state, instance, draining)
    for frame in instance.open_frames():
        begin_to_end(state, frame, None, draining)
    if not instance.open_frames() and not told:
        cancel(state, instance)
    return False


def tell_batches(state: State, instance: Instance, draining: bool) -> bool:
    """Whether batches of the map are still under way."""
    batches = instance.memory.get("batches", {})
    for child_id in batches:
        state.commands.append(CancelChild(instance.key, child_id, is_batch=True, draining=draining))
    return bool(batches)
