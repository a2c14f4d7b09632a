"""How an instance begins, and what becomes of it when its activity or evaluation answers."""

from interpreter.json_value import JsonObject
from interpreter.machine.commands import RunNode
from interpreter.machine.constructs import construct_of
from interpreter.machine.constructs.decision import Fails, Leaves
from interpreter.machine.deciding import decide_failed, decide_stopped, retry_timer, start_timer
from interpreter.machine.ending import cancel, fail_and_go_on, fail_for_good, succeed
from interpreter.machine.evaluation import EvaluationFailed, Undecided, node_value, scope_of
from interpreter.machine.events import NodeFailed, NodeSucceeded
from interpreter.machine.journal import error_value, note_node
from interpreter.machine.retries import pause_before_retry
from interpreter.machine.state import Instance, State
from interpreter.protocol import ErrorValue


def begin(state: State, instance: Instance) -> None:
    """Starts an instance whose join is satisfied."""
    instance.started_ms = state.now_ms
    instance.attempt = 1
    if instance.node.disabled:
        succeed(state, instance, None)
    elif instance.node.is_control:
        decide(state, instance)
    else:
        run_service(state, instance)


def run_service(state: State, instance: Instance) -> None:
    """Asks for the activity of a service node."""
    instance.status = "running"
    state.spent += 1
    note_node(state, instance)
    state.commands.append(RunNode(instance.key, instance.node, scope_of(state, instance.node.reads)))


class _Ask:
    """A control node's view of the run (`Decision`)."""

    __slots__ = ("_instance", "_state", "config")

    def __init__(self, state: State, instance: Instance) -> None:
        self._state = state
        self._instance = instance
        self.config = instance.node.config

    def value(self, *path: str | int) -> object:
        return node_value(self._state, self._instance, path)

    def taken_outputs(self) -> JsonObject:
        sources = [(port, self._state.instances[source]) for port, source in self._instance.node.incoming]
        return {source.node.id: source.output for port, source in sources if source.ended and source.port == port}


def decide(state: State, instance: Instance) -> None:
    """Decides a control node, or leaves it running until an expression has been evaluated elsewhere."""
    try:
        outcome = construct_of(instance.node.type).decide(_Ask(state, instance))
    except Undecided:
        if instance.status != "running":
            instance.status = "running"
            note_node(state, instance)
        return
    except EvaluationFailed as failed:
        error = error_value(instance, failed.error["name"], failed.error["message"])
        fail(state, instance, _with(error, failed.error.get("hint"), failed.error.get("details")))
        return
    if isinstance(outcome, Leaves):
        succeed(state, instance, outcome.output, outcome.port)
    elif isinstance(outcome, Fails):
        fail(state, instance, _with(error_value(instance, outcome.name, outcome.message), outcome.hint, None))
    else:
        decide_stopped(state, instance, outcome.output)


def node_succeeded(state: State, instance: Instance, event: NodeSucceeded) -> None:
    instance.attempt = max(instance.attempt, event.attempts)
    instance.input = event.input
    if instance.cancelling:
        cancel(state, instance)
    else:
        succeed(state, instance, event.output, event.port)


def node_failed(state: State, instance: Instance, event: NodeFailed) -> None:
    """The activity failed: retried where the machine keeps the retries, else final."""
    instance.attempt = max(instance.attempt, event.attempts)
    instance.input = event.input
    if instance.cancelling:
        cancel(state, instance)
        return
    if instance.node.retry_by_machine:
        pause_ms = pause_before_retry(state, instance, event)
        if pause_ms is not None:
            instance.status = "retrying"
            note_node(state, instance)
            start_timer(state, retry_timer(instance), state.now_ms + pause_ms)
            return
    error = error_value(instance, event.name, event.message, event.retryable)
    fail(state, instance, _with(error, event.hint, event.details))


def retry_now(state: State, instance: Instance) -> None:
    """The pause is over."""
    instance.attempt += 1
    run_service(state, instance)


def fail(state: State, instance: Instance, error: ErrorValue) -> None:
    """The instance has failed for good: its `on_error` says what that means."""
    if instance.node.on_error in ("continue", "route"):
        fail_and_go_on(state, instance, error)
    else:
        fail_for_good(state, instance, error)
        decide_failed(state, error)


def _with(error: ErrorValue, hint: object, details: object) -> ErrorValue:
    if isinstance(hint, str):
        error["hint"] = hint
    if details is not None:
        error["details"] = details
    return error
