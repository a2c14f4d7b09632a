"""The record of a run as it is made: one event for every change, rows and ends for the checkpoint."""

from interpreter.machine.state import NEVER_STARTED, Instance, State, iso
from interpreter.protocol import ErrorValue, NodeRow, RunEvent, RunStatus


def note_run(state: State, status: RunStatus) -> None:
    """The run itself has changed; its last event is called `end`."""
    event: RunEvent = _event(state, "run" if status in ("queued", "running", "waiting") else "end")
    event["status"] = status
    state.events.append(event)


def note_node(state: State, instance: Instance) -> None:
    """An instance has changed its status."""
    if instance.place < 0:
        if instance.status == "cancelled" and instance.started_ms is None:
            instance.place = NEVER_STARTED + instance.node.index
        else:
            instance.place = state.places
            state.places += 1
    state.changed[instance.node.index] = None
    event = _event(state, "node")
    event["node_id"] = instance.node.id
    event["key"] = instance.key
    event["status"] = instance.status
    event["attempt"] = instance.attempt
    if instance.error is not None:
        event["error"] = instance.error
    state.events.append(event)


def _event(state: State, kind: str) -> RunEvent:
    state.seq += 1
    return {"seq": state.seq, "at": iso(state.now_ms), "run_id": state.context.run_id, "event": kind}  # type: ignore[typeddict-item]


def row(instance: Instance) -> NodeRow:
    """An instance in the shape of the contract."""
    return {
        "node_id": instance.node.id,
        "iteration": None,
        "key": instance.key,
        "type": instance.node.type,
        "status": instance.status,
        "attempt": instance.attempt,
        "started_at": None if instance.started_ms is None else iso(instance.started_ms),
        "ended_at": None if instance.ended_ms is None else iso(instance.ended_ms),
        "input": instance.input,
        "output": instance.output,
        "error": instance.error,
        "reused": False,
        "cached_at": None,
    }


def rows(state: State) -> list[NodeRow]:
    """All instances: in order of start, then those that have not started, in definition order."""
    started = sorted((one for one in state.instances if one.place >= 0), key=lambda one: one.place)
    return [row(one) for one in started] + [row(one) for one in state.instances if one.place < 0]


def place_of(instance: Instance) -> int:
    """Where the row of an instance stands in the list."""
    return instance.place if instance.place >= 0 else NEVER_STARTED + instance.node.index


def error_value(instance: Instance, name: str, message: str, retryable: bool = False) -> ErrorValue:
    """The error of an instance that failed by itself, after its attempts so far."""
    return {
        "name": name,
        "message": message,
        "node_id": instance.node.id,
        "key": instance.key,
        "attempts": max(1, instance.attempt),
        "retryable": retryable,
    }
