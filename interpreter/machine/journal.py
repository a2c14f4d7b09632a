"""The record of a run as it is made: one event for every change, rows and ends for the checkpoint."""

from collections.abc import Iterator

from interpreter.machine.state import NEVER_STARTED, Frame, Instance, State, iso
from interpreter.protocol import Attempt, AttemptError, ErrorValue, LogLine, NodeRow, NodeStatus, RunEvent, RunStatus

ENOUGH_TO_RECORD = 1_000
"""Changed instances or events after which the machine asks for a checkpoint."""
_BUSY = ("running", "retrying")


def note_run(state: State, status: RunStatus, by: str = "") -> None:
    """The run itself has changed; its last event is called `end`."""
    event: RunEvent = _event(state, "run" if status in ("queued", "running", "waiting") else "end")
    event["status"] = status
    if by:
        event["by"] = by
    state.events.append(event)


def change_status(state: State, instance: Instance, status: NodeStatus, by: str = "") -> None:
    """Gives an instance another status, counts and notes it."""
    _count(state, instance, -1)
    instance.status = status
    _count(state, instance, 1)
    note_node(state, instance, by)


def _count(state: State, instance: Instance, step: int) -> None:
    if instance.status == "waiting":
        state.waiting += step
    elif instance.status in _BUSY and not instance.node.container:
        state.busy += step


def note_node(state: State, instance: Instance, by: str = "") -> None:
    """Writes down that an instance has changed; the map of a batch belongs to the run that began it."""
    if state.batch is not None and instance.frame.owner is None:
        return
    if instance.place < 0:
        if instance.status == "cancelled" and instance.started_ms is None:
            instance.place = NEVER_STARTED + instance.node.index
        else:
            instance.place = state.places
            state.places += 1
    state.changed[instance.key] = instance
    event = _event(state, "node")
    event["node_id"] = instance.node.id
    event["key"] = instance.key
    event["status"] = instance.status
    event["attempt"] = instance.attempt
    if instance.error is not None:
        event["error"] = instance.error
    if by:
        event["by"] = by
    if instance.reused:
        event["reused"] = True
    if instance.cached_at is not None:
        event["cached_at"] = instance.cached_at
    state.events.append(event)


def note_line(state: State, instance: Instance, attempt: int, line: LogLine) -> None:
    """What the node said while it ran."""
    event = _event(state, "log")
    event["at"] = line["at"]
    event["node_id"] = instance.node.id
    event["key"] = instance.key
    event["attempt"] = attempt
    event["level"] = line["level"]
    event["message"] = line["message"]
    state.events.append(event)


def note_failed_attempt(state: State, instance: Instance, attempt: Attempt, error: AttemptError) -> None:
    """An attempt that another one may follow."""
    event = _event(state, "attempt")
    event["at"] = attempt["ended_at"] or event["at"]
    event["node_id"] = instance.node.id
    event["key"] = instance.key
    event["status"] = "retrying" if error["retryable"] else "failed"
    event["attempt"] = attempt["number"]
    told = error_value(instance, error["name"], error["message"], error["retryable"])
    event["error"] = {**told, "attempts": attempt["number"]}
    state.events.append(event)


def is_enough(state: State) -> bool:
    """Whether so much has changed that it should be recorded."""
    return len(state.changed) >= ENOUGH_TO_RECORD or len(state.events) >= 2 * ENOUGH_TO_RECORD


def _event(state: State, kind: str) -> RunEvent:
    state.seq += 1
    return {"seq": state.seq, "at": iso(state.now_ms), "run_id": state.context.run_id, "event": kind}  # type: ignore[typeddict-item]


def row(instance: Instance) -> NodeRow:
    """An instance in the shape of the contract, without its attempts."""
    return {
        "node_id": instance.node.id,
        "iteration": ".".join(str(index) for index in instance.frame.path) or None,
        "key": instance.key,
        "type": instance.node.type,
        "status": instance.status,
        "attempt": instance.attempt,
        "started_at": None if instance.started_ms is None else iso(instance.started_ms),
        "ended_at": None if instance.ended_ms is None else iso(instance.ended_ms),
        "input": instance.input,
        "output": instance.output,
        "error": instance.error,
        "port": instance.port,
        "reused": instance.reused,
        "cached_at": instance.cached_at,
    }


def whole_row(instance: Instance) -> NodeRow:
    """An instance as it is recorded."""
    shown = row(instance)
    if instance.tried:
        shown["attempts"] = [*instance.tried]
    return shown


def instances_of(frame: Frame) -> Iterator[Instance]:
    """All instances of a frame and of the frames in it, in definition and index order."""
    for instance in frame.instances.values():
        yield instance
        for inner in instance.frames.values():
            yield from instances_of(inner)


def rows(state: State) -> list[NodeRow]:
    """The instances of all frames that are still needed, and those not recorded yet.

    In order of start, then those that have not started, in definition order.
    """
    found = {one.key: one for one in instances_of(state.root)} | state.changed
    return [row(one) for one in sorted(found.values(), key=place_of)]


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
