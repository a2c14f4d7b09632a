"""What is taken up next: one queue of instances that are ready, and the containers that were woken."""

from interpreter.machine.state import Instance, State


def enqueue(state: State, ready: list[Instance]) -> None:
    """Instances of one frame that became ready together join the queue's end in definition order."""
    for instance in sorted(ready, key=lambda one: one.node.index):
        if not instance.queued:
            instance.queued = True
            state.queue.append(instance)


def wake(state: State, instance: Instance) -> None:
    """The instance is decided again in this step, before anything is taken from the queue."""
    if not instance.woken and not instance.ended:
        instance.woken = True
        state.woken.append(instance)
