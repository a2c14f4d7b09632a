"""One step of a run: an event in, commands out."""

from interpreter.json_value import JsonObject
from interpreter.machine.attempts import note_attempts
from interpreter.machine.batches import begin_batch, pause_batches
from interpreter.machine.commands import CancelChild, Command, Continue
from interpreter.machine.constructing import decide, time_out
from interpreter.machine.deciding import (
    TIMEOUT_TIMER,
    decide_cancelled,
    decide_drained,
    decide_timed_out,
    finish_if_ended,
    note_status,
    stop_where_asked,
)
from interpreter.machine.ending import check_ended, skip
from interpreter.machine.events import (
    Answered,
    AttemptsKnown,
    CancelRequested,
    ChildEnded,
    ChildStarted,
    Continued,
    DrainRequested,
    Evaluated,
    Event,
    Intervened,
    NodeCancelled,
    NodeFailed,
    NodeSucceeded,
    PauseRequested,
    ResumeRequested,
    TimerFired,
)
from interpreter.machine.frames import fill
from interpreter.machine.journal import note_run
from interpreter.machine.queueing import wake
from interpreter.machine.running import (
    begin,
    decide_held,
    end_cancelled,
    give_output,
    node_failed,
    node_succeeded,
    retry_now,
)
from interpreter.machine.state import STEP_BUDGET, Instance, RunContext, State
from interpreter.machine.winding import GRACE_TIMER, abandon, start_timer
from interpreter.plan import Plan
from interpreter.protocol import Batch
from interpreter.reuse.recorded import Reuse


def start(
    plan: Plan, context: RunContext, batch: Batch | None = None, reuse: Reuse | None = None
) -> tuple[State, list[Command]]:
    """A run at its beginning, or a batch of one of its maps, and what it asks for first; a rerun with what it reuses."""
    state = State(plan, context, batch, reuse)
    if batch is not None:
        begin_batch(state, batch)
        return state, _step(state)
    note_run(state, "running")
    if plan.timeout_ms is not None:
        start_timer(state, TIMEOUT_TIMER, context.started_ms + plan.timeout_ms)
    fill(state, state.root, plan.roots)
    check_ended(state, state.root)
    state.spent = 0
    return state, _step(state)


def advance(state: State, event: Event) -> tuple[State, list[Command]]:
    """What follows from an event. The state is changed in place; after the end nothing changes it."""
    if state.finished:
        return state, []
    # Time in a run never goes backwards, whatever the clocks of several workers say.
    state.now_ms = max(state.now_ms, event.at_ms)
    state.spent = 0
    _take(state, event)
    return state, _step(state)


def _take(state: State, event: Event) -> None:
    if isinstance(event, NodeSucceeded | NodeFailed | NodeCancelled):
        _take_answer(state, event)
    elif isinstance(event, AttemptsKnown):
        _take_attempts(state, event)
    elif isinstance(event, Evaluated):
        _take_evaluation(state, event)
    elif isinstance(event, TimerFired):
        _take_timer(state, event.timer)
    elif isinstance(event, Answered):
        _take_wait_answer(state, event)
    elif isinstance(event, ChildStarted | ChildEnded):
        _take_child(state, event)
    elif isinstance(event, Intervened):
        _take_intervention(state, event)
    elif isinstance(event, CancelRequested):
        decide_cancelled(state)
    elif isinstance(event, DrainRequested):
        decide_drained(state)
    elif isinstance(event, PauseRequested | ResumeRequested):
        state.paused = isinstance(event, PauseRequested)
        note_run(state, state.status, event.by)
        pause_batches(state, event.by)
    elif isinstance(event, Continued):
        state.waits_for_continue = False


def _take_answer(state: State, event: NodeSucceeded | NodeFailed | NodeCancelled) -> None:
    instance = state.by_key.get(event.key)
    if instance is None or instance.status != "running" or instance.node.is_control:
        return  # a late answer: the instance was abandoned
    if isinstance(event, NodeSucceeded):
        node_succeeded(state, instance, event)
    elif isinstance(event, NodeFailed):
        node_failed(state, instance, event)
    elif instance.cancelling:
        end_cancelled(state, instance)
    else:
        # Cancelled from outside (by Temporal's own tools): for the run that is a failure.
        message = "the activity was cancelled from outside of the run"
        node_failed(state, instance, NodeFailed(event.at_ms, event.key, "Cancelled", message, instance.attempt))


def _take_attempts(state: State, event: AttemptsKnown) -> None:
    instance = state.by_key.get(event.key)
    if instance is not None and not instance.ended and not instance.node.is_control:
        note_attempts(state, instance, event.attempts, event.skipped)


def _take_evaluation(state: State, event: Evaluated) -> None:
    asker: Instance | State | None = state if event.key is None else state.by_key.get(event.key)
    if asker is None or event.field not in asker.asked:
        return
    del asker.asked[event.field]
    asker.answers[event.field] = {"value": event.value} if event.error is None else {"error": event.error}
    if isinstance(asker, Instance):
        wake(state, asker)


def _take_timer(state: State, timer: str) -> None:
    if state.timers.pop(timer, None) is None:
        return
    if timer == TIMEOUT_TIMER:
        decide_timed_out(state)
        return
    if timer.startswith(GRACE_TIMER):
        abandon(state)
        return
    kind, _, key = timer.partition(":")
    instance = state.by_key[key]
    if kind == "retry":
        if instance.status == "retrying":
            retry_now(state, instance)
    elif not instance.ended:
        instance.memory.setdefault("fired", []).append(kind)
        if kind == "deadline":
            time_out(state, instance)
        wake(state, instance)


def _take_wait_answer(state: State, event: Answered) -> None:
    instance = state.by_key.get(event.key)
    if instance is not None and instance.memory.get("open") and not instance.ended:
        instance.memory.setdefault("answers", []).append(event.answer)
        wake(state, instance)


def _take_child(state: State, event: ChildStarted | ChildEnded) -> None:
    instance = state.by_key.get(event.key)
    if instance is None or instance.ended:
        return
    if isinstance(event, ChildEnded) and event.child_id in instance.memory.get("batches", {}):
        number = instance.memory["batches"].pop(event.child_id)
        result = event.output if event.status == "succeeded" else None
        instance.memory.setdefault("batch_results", {})[str(number)] = result
        wake(state, instance)
        return
    if "child_asked" not in instance.memory:
        return
    known = instance.memory.get("child")
    if isinstance(event, ChildEnded) and event.child_id and known not in (None, event.child_id):
        return  # a late repetition of the end of an earlier child of this instance
    told: JsonObject = {"child_id": event.child_id, "status": "started", "output": None, "error": None}
    if isinstance(event, ChildEnded):
        told.update(status=event.status if event.child_id else "refused", output=event.output, error=event.error)
    elif instance.memory.get("child_told"):
        return  # it ended before we were told that it began
    instance.memory["child_told"] = told
    instance.memory["child"] = event.child_id
    if not instance.cancelling:
        wake(state, instance)
    elif isinstance(event, ChildEnded) or not instance.memory["waits"]:
        end_cancelled(state, instance)
    else:
        state.commands.append(CancelChild(instance.key, event.child_id))


def _take_intervention(state: State, event: Intervened) -> None:
    instance = state.by_key.get(event.key)
    if instance is None or instance.cancelling:
        return
    held = bool(instance.memory.get("held"))
    if event.action in ("retry", "fail"):
        if held:
            decide_held(state, instance, event)
    elif instance.status in ("pending", "waiting", "retrying"):
        if event.action == "skip":
            instance.error = None
            skip(state, instance, event.by)
        else:
            give_output(state, instance, event)


def _step(state: State) -> list[Command]:
    """Decides what was woken and begins what is ready, within the budget, and hands out the commands."""
    while not state.waits_for_continue:
        if state.stop_reached:
            stop_where_asked(state)
        more = state.woken or (state.queue and (not state.paused or state.decided is not None))
        if not more:
            break
        if state.spent >= STEP_BUDGET:
            state.waits_for_continue = True
            state.commands.append(Continue())
            break
        if state.woken:
            decide(state, state.woken.popleft())
            continue
        instance = state.queue.popleft()
        if instance.status == "pending":
            begin(state, instance)
    finish_if_ended(state)
    note_status(state)
    commands, state.commands = state.commands, []
    return commands
