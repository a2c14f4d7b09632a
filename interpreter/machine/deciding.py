"""How the end of a run is decided, and how everything in it is brought to an end."""

from dataclasses import replace

from interpreter.json_value import Json
from interpreter.machine.commands import CancelNode, CancelTimer, Finish, StartTimer
from interpreter.machine.ending import cancel, succeed
from interpreter.machine.evaluation import EvaluationFailed, Undecided, run_output
from interpreter.machine.journal import note_run
from interpreter.machine.state import Decided, Instance, State
from interpreter.protocol import ErrorValue

GRACE_MS = 10_000
"""How long a cancelled activity may take to answer."""
GRACE_TIMER = "grace"
TIMEOUT_TIMER = "timeout"


def decide_failed(state: State, error: ErrorValue) -> None:
    """A node has failed for good: the first one decides the run, others are recorded."""
    if state.decided is not None:
        state.other_errors.append(error)
        return
    state.decided = Decided("failed", error=error, draining=state.plan.drain)
    _wind_down(state)


def decide_cancelled(state: State) -> None:
    """Cancel was requested: nothing new starts, and what runs or drains is told to stop."""
    _decide_and_stop(state, Decided("cancelled"))


def decide_timed_out(state: State) -> None:
    message = f"the run was not done within {(state.plan.timeout_ms or 0) / 1000:g} s"
    error: ErrorValue = {
        "name": "RunTimeout", "message": message, "node_id": None, "key": None, "attempts": 1, "retryable": False,
    }  # fmt: skip
    _decide_and_stop(state, Decided("timed_out", error=error))


def _decide_and_stop(state: State, end: Decided) -> None:
    """Decides the run if nothing has yet; what drains is stopped either way."""
    state.decided = end if state.decided is None else replace(state.decided, draining=False)
    _wind_down(state)


def decide_stopped(state: State, instance: Instance, output: Json) -> None:
    """`core.stop`: in a run that is decided already it ends only itself."""
    undecided = state.decided is None
    if undecided:
        state.decided = Decided("succeeded", output)
    succeed(state, instance, output, port=None)
    if undecided:
        _wind_down(state)


def _wind_down(state: State) -> None:
    """Ends what has not started, and tells what runs to stop (or lets it drain)."""
    draining = state.decided is not None and state.decided.draining
    state.queue.clear()
    told = False
    for instance in state.instances:
        if instance.ended or instance.cancelling:
            continue
        if instance.status == "pending" or instance.asked:
            cancel(state, instance)
        elif draining:
            continue
        elif instance.status == "retrying":
            _cancel_timer(state, retry_timer(instance))
            cancel(state, instance)
        else:
            instance.cancelling = True
            state.commands.append(CancelNode(instance.key))
            told = True
    if told:
        start_timer(state, GRACE_TIMER, state.now_ms + GRACE_MS)


def abandon(state: State) -> None:
    """The grace time is over: what has not answered is left behind."""
    for instance in state.instances:
        if instance.cancelling and not instance.ended:
            cancel(state, instance, abandoned=True)


def finish_if_ended(state: State) -> None:
    """Ends the run once every instance has ended and, if it succeeded, its output is known."""
    if state.open or state.finished:
        return
    if state.decided is None:
        try:
            state.decided = Decided("succeeded", _output(state))
        except Undecided:
            return
        except EvaluationFailed as failed:
            state.decided = Decided("failed", error=_output_error(failed))
    decided = state.decided
    state.finished = True
    note_run(state, decided.status)
    for timer in list(state.timers):
        _cancel_timer(state, timer)
    state.commands.append(Finish(decided.status, decided.output, decided.error))


def _output(state: State) -> Json:
    if state.plan.output is not None:
        return run_output(state, state.plan.output)
    return {one.node.id: one.output for one in state.instances if one.node.last and one.status != "skipped"}


def _output_error(failed: EvaluationFailed) -> ErrorValue:
    error: ErrorValue = {
        "name": failed.error["name"], "message": failed.error["message"],
        "node_id": None, "key": None, "attempts": 1, "retryable": False,
    }  # fmt: skip
    if "hint" in failed.error:
        error["hint"] = failed.error["hint"]
    return error


def start_timer(state: State, timer: str, at_ms: int) -> None:
    state.timers[timer] = at_ms
    state.commands.append(StartTimer(timer, at_ms))


def _cancel_timer(state: State, timer: str) -> None:
    if state.timers.pop(timer, None) is not None:
        state.commands.append(CancelTimer(timer))


def retry_timer(instance: Instance) -> str:
    """The name of the pause before an instance's next attempt."""
    return f"retry:{instance.key}"
