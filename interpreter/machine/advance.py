"""One step of a run: an event in, commands out."""

from interpreter.machine.commands import Command, Continue
from interpreter.machine.deciding import (
    GRACE_TIMER,
    TIMEOUT_TIMER,
    abandon,
    decide_cancelled,
    decide_timed_out,
    finish_if_ended,
    start_timer,
)
from interpreter.machine.ending import cancel, enqueue
from interpreter.machine.events import (
    CancelRequested,
    Continued,
    Evaluated,
    Event,
    NodeCancelled,
    NodeFailed,
    NodeSucceeded,
    TimerFired,
)
from interpreter.machine.journal import note_run
from interpreter.machine.running import begin, decide, node_failed, node_succeeded, retry_now
from interpreter.machine.state import RunContext, State
from interpreter.plan import Plan

STEP_BUDGET = 2_000
"""Cost units that one step may spend, so that whoever pumps the machine can answer in time."""


def start(plan: Plan, context: RunContext) -> tuple[State, list[Command]]:
    """A run at its beginning, and what it asks for first."""
    state = State(plan, context)
    note_run(state, "running")
    if plan.timeout_ms is not None:
        start_timer(state, TIMEOUT_TIMER, context.started_ms + plan.timeout_ms)
    enqueue(state, [instance for instance in state.instances if not instance.node.incoming])
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
    elif isinstance(event, Evaluated):
        _take_evaluation(state, event)
    elif isinstance(event, TimerFired):
        _take_timer(state, event.timer)
    elif isinstance(event, CancelRequested):
        decide_cancelled(state)
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
        cancel(state, instance)
    else:
        # Cancelled from outside (by Temporal's own tools): for the run that is a failure.
        message = "the activity was cancelled from outside of the run"
        node_failed(state, instance, NodeFailed(event.at_ms, event.key, "Cancelled", message, instance.attempt))


def _take_evaluation(state: State, event: Evaluated) -> None:
    answer = {"value": event.value} if event.error is None else {"error": event.error}
    if event.key is None:
        state.output_answers[event.field] = answer
        return
    instance = state.by_key.get(event.key)
    if instance is None or instance.ended or event.field not in instance.asked:
        return
    instance.asked.discard(event.field)
    instance.answers[event.field] = answer
    decide(state, instance)


def _take_timer(state: State, timer: str) -> None:
    if state.timers.pop(timer, None) is None:
        return
    if timer == TIMEOUT_TIMER:
        decide_timed_out(state)
    elif timer == GRACE_TIMER:
        abandon(state)
    else:
        instance = state.by_key[timer.removeprefix("retry:")]
        if instance.status == "retrying":
            retry_now(state, instance)


def _step(state: State) -> list[Command]:
    """Begins what is ready, within the budget, and hands out the commands."""
    while state.queue and not state.waits_for_continue:
        if state.spent >= STEP_BUDGET:
            state.waits_for_continue = True
            state.commands.append(Continue())
            break
        instance = state.instances[state.queue.popleft()]
        if instance.status == "pending":
            begin(state, instance)
    finish_if_ended(state)
    commands, state.commands = state.commands, []
    return commands
