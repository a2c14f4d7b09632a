"""How an instance begins, and what becomes of it when its activity answers."""

from interpreter.machine.attempts import note_attempts, note_lines
from interpreter.machine.commands import RunNode
from interpreter.machine.deciding import fail_frame
from interpreter.machine.ending import TIMERS, cancel, cancel_timer, check_ended, fail_and_go_on, fail_for_good, succeed
from interpreter.machine.evaluation import inline_bytes
from interpreter.machine.events import Intervened, NodeFailed, NodeSucceeded
from interpreter.machine.journal import change_status, error_value
from interpreter.machine.queueing import wake
from interpreter.machine.retries import pause_before_retry
from interpreter.machine.state import Instance, State
from interpreter.machine.taking_over import take_over
from interpreter.machine.visible import scope_of
from interpreter.machine.winding import start_timer
from interpreter.protocol import ErrorValue


def begin(state: State, instance: Instance) -> None:
    """Starts an instance whose join is satisfied."""
    instance.started_ms = state.now_ms
    instance.attempt = 1
    node = instance.node
    if node.disabled:
        succeed(state, instance, None)
    elif not take_over(state, instance):
        _try_it(state, instance)


def _try_it(state: State, instance: Instance) -> None:
    node = instance.node
    if not node.is_control:
        run_service(state, instance)
        return
    if node.deadline_ms is not None:
        start_timer(state, f"deadline:{instance.key}", state.now_ms + node.deadline_ms)
    wake(state, instance)


def run_service(state: State, instance: Instance) -> None:
    """Asks for the activity of a service node."""
    state.spent += 1
    change_status(state, instance, "running")
    scope = scope_of(state, instance.frame, instance.node.reads)
    state.commands.append(RunNode(instance.key, instance.node, scope, inline_bytes(state), instance.attempt))


def node_succeeded(state: State, instance: Instance, event: NodeSucceeded) -> None:
    instance.attempt = max(instance.attempt, event.attempts)
    instance.input = event.input
    instance.cached_at = event.cached_at
    note_lines(state, instance, event.logs)
    note_attempts(state, instance, event.tried)
    if instance.cancelling:
        end_cancelled(state, instance)
    else:
        succeed(state, instance, event.output, event.port)


def node_failed(state: State, instance: Instance, event: NodeFailed) -> None:
    """The activity failed: retried where the machine keeps the retries, else final."""
    instance.attempt = max(instance.attempt, event.attempts)
    instance.input = event.input
    note_lines(state, instance, event.logs)
    note_attempts(state, instance, event.tried)
    if instance.cancelling:
        end_cancelled(state, instance)
        return
    if instance.node.retry_by_machine:
        pause_ms = pause_before_retry(state, instance, event)
        if pause_ms is not None:
            change_status(state, instance, "retrying")
            start_timer(state, f"retry:{instance.key}", state.now_ms + pause_ms)
            return
    error = error_value(instance, event.name, event.message, event.retryable)
    fail(state, instance, with_more(error, event.hint, event.details))


def retry_now(state: State, instance: Instance) -> None:
    """The pause is over."""
    instance.attempt += 1
    run_service(state, instance)


def end_cancelled(state: State, instance: Instance) -> None:
    """The instance has done what it was told."""
    cancel(state, instance)
    check_ended(state, instance.frame)


def fail(state: State, instance: Instance, error: ErrorValue) -> None:
    """The instance has failed for good: its `on_error` says what that means."""
    on_error = instance.node.on_error
    if instance.node.is_finally:
        _fail_finally(state, instance, error)
    elif instance.frame.ending is None and on_error == "hold":
        _hold(state, instance, error)
    elif on_error in ("continue", "route"):
        fail_and_go_on(state, instance, error)
    else:
        fail_for_good(state, instance, error)
        fail_frame(state, instance, error)


def _fail_finally(state: State, instance: Instance, error: ErrorValue) -> None:
    """Recorded; only its try decides what that means."""
    frame = instance.frame
    if frame.ending is None:
        frame.finally_error = error
    else:
        state.other_errors.append(error)
    fail_for_good(state, instance, error)
    check_ended(state, frame)


def _hold(state: State, instance: Instance, error: ErrorValue) -> None:
    """It waits until a person decides; what it failed with can be seen meanwhile."""
    instance.error = error
    instance.memory = {"held": True}
    for kind in TIMERS:
        cancel_timer(state, f"{kind}:{instance.key}")
    instance.answers.clear()
    instance.asked.clear()
    change_status(state, instance, "waiting")


def decide_held(state: State, instance: Instance, event: Intervened) -> None:
    """A person retries or fails a held instance."""
    error = instance.error
    assert error is not None
    instance.memory = {}
    if event.action == "retry":
        instance.error = None
        instance.attempt += 1
        if instance.node.is_control:
            change_status(state, instance, "running", event.by)
        _try_it(state, instance)
    else:
        fail_for_good(state, instance, error)
        fail_frame(state, instance, error)


def give_output(state: State, instance: Instance, event: Intervened) -> None:
    """A person gives the output that an instance should have had."""
    if instance.started_ms is None:
        instance.started_ms = state.now_ms
    instance.error = None
    succeed(state, instance, event.output, event.port, event.by)


def show_error(state: State, instance: Instance, error: ErrorValue) -> None:
    """Makes the error of an instance visible that has not itself failed."""
    instance.error = error
    instance.frame.errors[instance.node.id] = error


def with_more(error: ErrorValue, hint: object, details: object) -> ErrorValue:
    if isinstance(hint, str):
        error["hint"] = hint
    if details is not None:
        error["details"] = details
    return error


