"""How an instance ends, what that does to its edges, and which instances become ready or are skipped by it."""

from interpreter.json_value import Json
from interpreter.machine.journal import note_node
from interpreter.machine.state import Instance, State
from interpreter.protocol import ErrorValue


def succeed(state: State, instance: Instance, output: Json, port: str | None = "out") -> None:
    """The instance leaves by a port with an output (no port: nothing follows)."""
    instance.status = "succeeded"
    instance.output = output
    instance.has_output = True
    state.outputs[instance.node.id] = output
    _end(state, instance, port)


def fail_and_go_on(state: State, instance: Instance, error: ErrorValue) -> None:
    """The instance has failed and its `on_error` says that the scope goes on."""
    instance.status = "failed"
    instance.error = error
    state.errors[instance.node.id] = error
    if instance.node.on_error == "continue":
        instance.has_output = True
        state.outputs[instance.node.id] = None
        _end(state, instance, "out")
    else:
        _end(state, instance, "error")


def fail_for_good(state: State, instance: Instance, error: ErrorValue) -> None:
    """The instance has failed and takes its scope with it; it leaves by nothing."""
    instance.status = "failed"
    instance.error = error
    state.errors[instance.node.id] = error
    _close(state, instance)


def cancel(state: State, instance: Instance, abandoned: bool = False) -> None:
    """The instance ends as cancelled; only a failing or cancelled frame does that, so no edge is decided."""
    instance.status = "cancelled"
    if abandoned:
        instance.abandoned = True
        instance.error = {
            "name": "Abandoned",
            "message": "it did not answer its cancel within the grace time",
            "node_id": instance.node.id,
            "key": instance.key,
            "attempts": max(1, instance.attempt),
            "retryable": False,
            "abandoned": True,
        }
    _close(state, instance)


def enqueue(state: State, ready: list[Instance]) -> None:
    """Instances that became ready together join the queue's end in definition order."""
    for instance in sorted(ready, key=lambda one: one.node.index):
        if not instance.queued:
            instance.queued = True
            state.queue.append(instance.node.index)


def _close(state: State, instance: Instance) -> None:
    if instance.started_ms is not None or instance.status != "cancelled":
        instance.ended_ms = state.now_ms
    state.open -= 1
    state.spent += 1
    note_node(state, instance)


def _end(state: State, instance: Instance, port: str | None) -> None:
    """Closes an instance and decides its edges, unless its frame has begun to end."""
    instance.port = port
    _close(state, instance)
    if state.decided is None:
        _decide_edges(state, instance)


def _decide_edges(state: State, ended: Instance) -> None:
    ready: list[Instance] = []
    # Skips spread at once, before the next instance is taken from the queue.
    ending = [ended]
    for instance in ending:
        for port, target_index in instance.node.outgoing:
            target = state.instances[target_index]
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
                target.status = "skipped"
                _close(state, target)
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
