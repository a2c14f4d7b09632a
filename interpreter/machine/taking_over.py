"""How an instance of a rerun takes over the end that is recorded of it, without a command."""

import json

from interpreter.json_value import Json
from interpreter.large_value import element_of, is_reference
from interpreter.machine.ending import fail_and_go_on, skip, succeed
from interpreter.machine.state import Frame, Instance, State
from interpreter.reuse.recorded import RecordedEnd


def take_over(state: State, instance: Instance) -> bool:
    """Ends an instance as it is recorded; False when there is nothing to take over, and it has to begin."""
    end = state.reuse.ends.pop(instance.key, None)
    if end is None or not all(_is_same(state, frame) for frame in instance.frame.outward()):
        return False
    instance.attempt = end["attempts"]
    instance.reused = True
    _end(state, instance, end)
    return True


def _end(state: State, instance: Instance, end: RecordedEnd) -> None:
    error = end["error"]
    if end["status"] == "skipped":
        skip(state, instance)
    elif end["status"] == "failed" and error is not None:
        fail_and_go_on(state, instance, error)
    else:
        if error is not None:
            # Something inside of it failed, and it went on.
            instance.error = error
            instance.frame.errors[instance.node.id] = error
        succeed(state, instance, end["output"], end["port"])


def _is_same(state: State, frame: Frame) -> bool:
    """Whether the item of a frame is the recorded one, where that is in question."""
    owner = frame.owner
    before = None if owner is None else state.reuse.items.get(owner.key)
    if before is None:
        return True
    place = frame.number - before["first"]
    items: Json = before["items"]
    if is_reference(items):
        return bool(element_of(items, place) == frame.locals["item"])
    return place < len(items) and _equal(items[place], frame.locals["item"])


def _equal(one: Json, other: Json) -> bool:
    """As JSON: for Python true is 1."""
    return bool(one == other) and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
