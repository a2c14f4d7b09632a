"""How far a run is: node instances that have ended, of those that are known to come.

A container counts with what runs in its frames, a container inside of it as one node; so the number that is to come
grows when a map learns how many items it has, and what has ended never becomes less, unless a container that is held begins anew.
"""

from interpreter.machine.constructs import construct_of
from interpreter.machine.state import Instance, State


def progress(state: State) -> tuple[int, int]:
    """Ended, and all that are known of."""
    counts = [_counts(instance) for instance in state.root.instances.values()]
    return sum(ended for ended, _ in counts), sum(known for _, known in counts)


def size(instance: Instance) -> int:
    """How many instances there are in the frames of a container; to be asked before it forgets."""
    return max(0, _counts(instance)[1] - 1)


def _counts(instance: Instance) -> tuple[int, int]:
    if instance.ended or not instance.node.container:
        known = 1 + instance.size
        return (known if instance.ended else 0), known
    count_frames = construct_of(instance.node.type).count_frames
    dropped, expected = count_frames(instance.memory) if count_frames is not None else (0, 1)
    body = len(instance.node.children) + (instance.node.final is not None)
    inside = sum(one.ended for frame in instance.frames.values() for one in frame.instances.values())
    return dropped * body + inside, 1 + body * max(expected, dropped + len(instance.frames))
