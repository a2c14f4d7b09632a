"""How the end of a run is decided, and how it is finished."""

from interpreter.json_value import Json
from interpreter.machine.batches import batch_output
from interpreter.machine.commands import CancelTimer, Checkpoint, Finish
from interpreter.machine.ending import succeed
from interpreter.machine.evaluation import EvaluationFailed, Undecided, answer
from interpreter.machine.journal import is_enough, note_run
from interpreter.machine.questions import output_question
from interpreter.machine.state import Decided, Instance, State
from interpreter.machine.winding import begin_to_end, end_finallys
from interpreter.protocol import ErrorValue, RunStatus

TIMEOUT_TIMER = "timeout"
SHORT_WAIT_MS = 10_000
"""A run that only waits for a timer shorter than this is not recorded as waiting."""


def fail_frame(state: State, instance: Instance, error: ErrorValue) -> None:
    """A node has failed for good: its frame begins to fail; in the run's own frame that decides the run."""
    if instance.frame.owner is None and state.decided is None:
        state.decided = Decided("failed", error=error)
    begin_to_end(state, instance.frame, error, state.plan.drain)


def decide_cancelled(state: State) -> None:
    """Cancel was requested: nothing new starts, and what runs or drains is told to stop."""
    state.cancels += 1
    _decide_and_stop(state, Decided("cancelled"))
    if state.cancels > 1:
        end_finallys(state)


def decide_timed_out(state: State) -> None:
    message = f"the run was not done within {(state.plan.timeout_ms or 0) / 1000:g} s"
    error: ErrorValue = {
        "name": "RunTimeout", "message": message, "node_id": None, "key": None, "attempts": 1, "retryable": False,
    }  # fmt: skip
    _decide_and_stop(state, Decided("timed_out", error=error))


def decide_stopped(state: State, instance: Instance, output: Json) -> None:
    """`core.stop`: in a run that is decided already it ends only itself."""
    undecided = state.decided is None
    if undecided:
        state.decided = Decided("succeeded", output)
    succeed(state, instance, output, port=None)
    if undecided:
        begin_to_end(state, state.root, None, draining=False)


def stop_where_asked(state: State) -> None:
    """A run up to a node ends as succeeded when that node has ended."""
    if state.decided is None:
        node_id = state.context.stop_after or ""
        state.decided = Decided("succeeded", {node_id: state.root.outputs.get(node_id)})
        begin_to_end(state, state.root, None, draining=False)


def decide_drained(state: State) -> None:
    """The run that this batch belongs to has failed, and lets what runs come to its end."""
    begin_to_end(state, state.root, None, draining=True)


def _decide_and_stop(state: State, end: Decided) -> None:
    """Decides the run if nothing has yet; what drains is stopped either way."""
    if state.decided is None:
        state.decided = end
    begin_to_end(state, state.root, None, draining=False)


def finish_if_ended(state: State) -> None:
    """Ends the run once every instance has ended and, if it succeeded, its output is known."""
    if not state.root.ended or state.finished:
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
        del state.timers[timer]
        state.commands.append(CancelTimer(timer))
    state.commands.append(Finish(decided.status, decided.output, decided.error))


def note_status(state: State) -> None:
    """Notes whether the run waits, and asks for a checkpoint when there is something that others must see."""
    if state.finished:
        return
    ready = any(instance.status == "pending" for instance in state.queue)
    idle = not (state.busy or ready or state.waits_for_continue or state.asked)
    status: RunStatus = "waiting" if state.waiting and idle else "running"
    if status != state.status:
        state.status = status
        if state.batch is None:
            note_run(state, status)
    shown = "running" if status == "waiting" and _waits_briefly(state) else status
    if shown != state.recorded_status or is_enough(state):
        state.recorded_status = shown
        if not state.checkpoint_asked:
            state.checkpoint_asked = True
            state.commands.append(Checkpoint())


def _waits_briefly(state: State) -> bool:
    waits = [at_ms for timer, at_ms in state.timers.items() if timer.startswith("wait:")]
    return len(waits) == state.waiting and min(waits, default=0) - state.now_ms < SHORT_WAIT_MS


def _output(state: State) -> Json:
    template = state.plan.output
    if state.batch is not None:
        return batch_output(state)
    if template is None:
        return _last_outputs(state)
    return answer(state, state, output_question(state))


def _last_outputs(state: State) -> Json:
    """Always an object, also with one last node."""
    last = (one for one in state.root.instances.values() if one.node.last)
    return {one.node.id: one.output for one in last if one.status != "skipped"}


def _output_error(failed: EvaluationFailed) -> ErrorValue:
    error: ErrorValue = {
        "name": failed.error["name"], "message": failed.error["message"],
        "node_id": None, "key": None, "attempts": 1, "retryable": False,
    }  # fmt: skip
    if "hint" in failed.error:
        error["hint"] = failed.error["hint"]
    return error
