"""How a frame begins, what it is worth, and how it is forgotten."""

from interpreter.json_value import Json, JsonObject
from interpreter.large_value import holds_reference
from interpreter.machine.ending import check_ended
from interpreter.machine.queueing import enqueue
from interpreter.machine.state import Frame, Instance, State
from interpreter.plan import PlannedNode


def open_frame(state: State, owner: Instance, number: int, locals: JsonObject, indexed: bool) -> Frame:
    """A new execution of the scope that a container owns; its first nodes join the queue."""
    path = (*owner.frame.path, number) if indexed else owner.frame.path
    frame = Frame(owner, number, path, locals)
    for name, value in locals.items():
        if holds_reference(value):
            frame.large[name] = None
    owner.frames[number] = frame
    fill(state, frame, owner.node.children)
    if owner.node.final is not None:
        add_instance(state, frame, state.plan.nodes[owner.node.final])
    check_ended(state, frame)
    return frame


def fill(state: State, frame: Frame, nodes: list[int]) -> None:
    """Gives a frame the instances of its scope, and lets those without incoming edges join the queue."""
    for index in nodes:
        add_instance(state, frame, state.plan.nodes[index])
    frame.open = len(nodes)
    state.spent += len(nodes)
    enqueue(state, [one for one in frame.instances.values() if not one.node.incoming])


def add_instance(state: State, frame: Frame, node: PlannedNode) -> Instance:
    """The instance of a node in a frame."""
    key = f"{node.id}#{'.'.join(map(str, frame.path))}" if frame.path else node.id
    instance = Instance(node, frame, key)
    frame.instances[node.index] = instance
    state.by_key[key] = instance
    return instance


def drop_frame(state: State, frame: Frame) -> None:
    """Forgets a frame that nothing will ask for again; what of it is not recorded yet stays in `changed`."""
    for instance in frame.instances.values():
        state.by_key.pop(instance.key, None)
    if frame.owner is not None:
        frame.owner.frames.pop(frame.number, None)


def frame_value(frame: Frame) -> Json:
    """The output of its only last node (null if skipped), or with several the object of those not skipped."""
    last = [one for one in frame.instances.values() if one.node.last]
    if len(last) == 1:
        return last[0].output
    if not last:
        return None
    return {one.node.id: one.output for one in last if one.status != "skipped"}
