"""The generic Temporal workflow: a thin pump between Temporal and the machine.

Every handle has one done-callback that appends an event to one inbox; the main loop empties the
inbox in order, feeds the machine and issues its commands. There is no task per node and no wait
over all handles: that is quadratic and loses the order of completion.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from interpreter.json_value import JsonObject
from interpreter.machine import RunContext, State, advance, progress, restore, rows, snapshot, start, whole_row
from interpreter.machine.commands import (
    CancelChild,
    CancelNode,
    CancelTimer,
    Checkpoint,
    CloseWait,
    Command,
    Continue,
    Evaluate,
    Finish,
    OpenWait,
    PauseBatch,
    Respond,
    RunNode,
    StartBatch,
    StartChild,
    StartTimer,
)
from interpreter.machine.deciding import TIMEOUT_TIMER
from interpreter.machine.events import (
    Answered,
    AttemptsKnown,
    CancelRequested,
    ChildEnded,
    Continued,
    DrainRequested,
    Event,
    Intervened,
    PauseRequested,
    ResumeRequested,
)
from interpreter.packing import unpack_text
from interpreter.plan import Plan
from interpreter.protocol import (
    ANSWER_UPDATE,
    ATTEMPTS_SIGNAL,
    CANCEL_SIGNAL,
    CHILD_ENDED_SIGNAL,
    DRAIN_SIGNAL,
    EVENTS_QUERY,
    INTERPRETER_VERSION,
    INTERVENE_UPDATE,
    LOAD_PLAN_ACTIVITY,
    NODE_QUERY,
    NODES_QUERY,
    PAUSE_SIGNAL,
    PAUSE_UPDATE,
    PROGRESS_QUERY,
    RESPONSE_UPDATE,
    RESUME_UPDATE,
    RUN_WORKFLOW,
    Answer,
    AttemptsTold,
    ChildEnd,
    Intervention,
    NodeRow,
    RunEnd,
    RunStart,
)
from interpreter.reuse.recorded import Reuse
from temporal_workers.workflows.asking import check_answer, check_intervention
from temporal_workers.workflows.children import Children, tell_caller
from temporal_workers.workflows.clock import TICK, Timers, later, now_ms
from temporal_workers.workflows.continuing import Drain, packed_snapshot, snapshot_of
from temporal_workers.workflows.outbox import PURE, Outbox
from temporal_workers.workflows.records import BACKLOG, Recorder
from temporal_workers.workflows.reusing import ReuseLoading


@workflow.defn(name=RUN_WORKFLOW)
class RunWorkflow:
    """One run: started by the API, told by Temporal, decided by the machine."""

    @workflow.init
    def __init__(self, begin: RunStart) -> None:
        self._begin = begin
        self._inbox: deque[Event] = deque()
        self._outbox = Outbox(begin, self._inbox.append)
        self._timers = Timers(self._inbox.append)
        self._children = Children(begin, self._inbox.append)
        self._recorder = Recorder(begin)
        self._drain = Drain(begin.continue_after, self._outbox.issue)
        self._outbox.closed = lambda: self._drain.active
        self._state: State | None = None
        self._finish: Finish | None = None
        self._continues = False
        self._cancel_requested = False

    @workflow.run
    async def run(self, begin: RunStart) -> RunEnd:
        if begin.interpreter > INTERPRETER_VERSION:
            # The task fails and is tried again, until a worker takes it that knows the newer meaning.
            raise RuntimeError(f"this worker interprets up to version {INTERPRETER_VERSION}, not {begin.interpreter}")
        plan = _readable(await self._plan_text())
        self._state, commands = self._first(plan, await self._reuse())
        while True:
            self._issue(commands)
            if self._finish is not None:
                break
            if self._may_continue_as_new() and self._drain.is_over(self._in_flight()):
                await self._continue_as_new()
            await self._until(lambda: bool(self._inbox))
            commands = self._pump()
        await self._settle(self._finish)
        return _end(self._finish, begin)

    # what others may ask

    @workflow.query(name=EVENTS_QUERY)
    def events(self, after: int) -> JsonObject:
        """The events after a sequence number, as far as they are not in the database yet."""
        if self._state is None:
            return {"events": [], "first": 1}
        kept = self._state.events
        first = kept[0]["seq"] if kept else self._state.seq + 1
        return {"events": kept[max(0, after + 1 - first) :], "first": first}

    @workflow.query(name=NODES_QUERY)
    def nodes(self) -> list[NodeRow]:
        """The rows of what is still needed or not recorded yet, in the order of the contract."""
        return [] if self._state is None else rows(self._state)

    @workflow.query(name=NODE_QUERY)
    def node(self, key: str) -> NodeRow | None:
        """One of those rows, with its attempts as far as they are not recorded."""
        instance = None if self._state is None else self._state.by_key.get(key)
        return None if instance is None else whole_row(instance)

    @workflow.query(name=PROGRESS_QUERY)
    def progress(self) -> tuple[int, int]:
        """Node instances that have ended, and those that are known of."""
        return (0, 0) if self._state is None else progress(self._state)

    @workflow.update(name=ANSWER_UPDATE)
    def answer(self, told: Answer) -> JsonObject:
        """Takes an event or a decision for an open wait."""
        answer: JsonObject = {
            "by": told.by, "payload": told.payload, "decision": told.decision, "reason": told.reason, "form": told.form,
        }  # fmt: skip
        self._inbox.append(Answered(now_ms(), told.key, answer))
        return {"accepted": True}

    @answer.validator
    def _check_answer(self, told: Answer) -> None:
        check_answer(self._state, self._inbox, told)

    @workflow.update(name=INTERVENE_UPDATE)
    def intervene(self, told: Intervention) -> JsonObject:
        """Skips an instance, gives its output, or decides a held one."""
        self._inbox.append(Intervened(now_ms(), told.key, told.action, told.by, told.output, told.port))
        return {"accepted": True}

    @intervene.validator
    def _check_intervention(self, told: Intervention) -> None:
        check_intervention(self._state, told)

    @workflow.update(name=PAUSE_UPDATE)
    def pause(self, by: str) -> JsonObject:
        """Starts nothing new from now on."""
        self._inbox.append(PauseRequested(now_ms(), by))
        return {"paused": True}

    @workflow.update(name=RESUME_UPDATE)
    def resume(self, by: str) -> JsonObject:
        """Goes on after a pause."""
        self._inbox.append(ResumeRequested(now_ms(), by))
        return {"paused": False}

    @workflow.update(name=RESPONSE_UPDATE)
    async def response(self) -> JsonObject:
        """What the run answers its caller, as soon as it has, or has ended, or begins a new execution."""
        await workflow.wait_condition(lambda: self._responded() is not None or self._continues)
        return {"response": self._responded(), "ended": self._finish is not None}

    @workflow.signal(name=CHILD_ENDED_SIGNAL)
    def child_ended(self, end: ChildEnd) -> None:
        """A child run or a batch has ended."""
        self._inbox.append(ChildEnded(now_ms(), end.key, end.child_id, end.status, end.output, end.error))

    @workflow.signal(name=CANCEL_SIGNAL)
    def cancel(self) -> None:
        """A person asks for the cancel once more."""
        self._inbox.append(CancelRequested(now_ms()))

    @workflow.signal(name=PAUSE_SIGNAL)
    def pause_batch(self, paused: bool, by: str) -> None:
        """To a batch: its run is paused, or goes on."""
        at_ms = now_ms()
        self._inbox.append(PauseRequested(at_ms, by) if paused else ResumeRequested(at_ms, by))

    @workflow.signal(name=DRAIN_SIGNAL)
    def drain(self) -> None:
        """To a batch: the run has failed and lets what runs come to its end."""
        self._inbox.append(DrainRequested(now_ms()))

    @workflow.signal(name=ATTEMPTS_SIGNAL)
    def attempts(self, told: AttemptsTold) -> None:
        """What a running node has said and tried so far, for those who watch."""
        self._inbox.append(AttemptsKnown(now_ms(), told.key, tuple(told.attempts), told.skipped))

    def _responded(self) -> JsonObject | None:
        if self._state is not None and self._state.response is not None:
            return self._state.response
        return {} if self._finish is not None else None

    # the beginning

    async def _plan_text(self) -> str:
        if self._begin.plan is not None:
            return self._begin.plan
        handle = workflow.start_local_activity(
            LOAD_PLAN_ACTIVITY,
            {"hash": self._begin.plan_hash, "workspace_id": self._begin.workspace_id},
            result_type=str,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=PURE,
        )
        await self._until(handle.done)
        return unpack_text(handle.result())

    async def _reuse(self) -> Reuse | None:
        """What a rerun takes over from the run that it repeats; every execution of it loads its own part."""
        begin = self._begin
        if not begin.reuses:
            return None
        loading = ReuseLoading(begin)
        await self._until(loading.is_over)
        return loading.reuse()

    def _first(self, plan: Plan, reuse: Reuse | None) -> tuple[State, list[Command]]:
        begin = self._begin
        if begin.snapshot is not None:
            return restore(plan, snapshot_of(begin.snapshot), reuse)
        context = RunContext(
            begin.run_id,
            begin.version,
            begin.input,
            begin.trigger,
            begin.vars,
            now_ms(),
            begin.resume_url,
            begin.depth,
            begin.stop_after,
        )
        return start(plan, context, begin.batch, reuse)

    # the pump

    def _pump(self) -> list[Command]:
        assert self._state is not None
        commands: list[Command] = []
        while self._inbox:
            self._drain.events += 1
            _, more = advance(self._state, self._inbox.popleft())
            commands += more
        return commands

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Waits; a cancel from Temporal becomes an event like every other."""
        while not condition():
            try:
                await workflow.wait_condition(condition)
            except asyncio.CancelledError:
                self._cancel_requested = True
                self._drain.stop()
                self._inbox.append(CancelRequested(now_ms()))

    def _issue(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, RunNode | Evaluate):
                self._outbox.put(command)
            else:
                self._carry_out(command)
        self._outbox.issue()

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, CancelNode):
            self._outbox.cancel(command.key)
        elif isinstance(command, StartTimer):
            self._outbox.is_fast = self._outbox.is_fast and command.timer == TIMEOUT_TIMER
            self._timers.start(command.timer, command.at_ms)
        elif isinstance(command, CancelTimer):
            self._timers.cancel(command.timer)
        elif isinstance(command, StartChild):
            self._children.start(command)
        elif isinstance(command, StartBatch):
            self._children.start_batch(command)
        elif isinstance(command, CancelChild):
            self._children.cancel(command)
        elif isinstance(command, PauseBatch):
            self._children.pause(command)
        elif isinstance(command, Checkpoint):
            self._checkpoint()
        elif isinstance(command, Continue):
            later(TICK, self._continued)
        elif isinstance(command, Finish):
            self._finish = command
        else:
            # What is open and what was answered stands in the machine's state, where handlers look it up.
            assert isinstance(command, OpenWait | CloseWait | Respond)
            self._outbox.is_fast = self._outbox.is_fast and not isinstance(command, OpenWait)

    def _continued(self) -> None:
        """Gives the machine another budget, once the record has caught up."""
        assert self._state is not None
        if self._recorder.in_flight and len(self._state.changed) > BACKLOG:
            later(TICK * 50, self._continued)
        else:
            self._inbox.append(Continued(now_ms()))

    def _checkpoint(self) -> None:
        assert self._state is not None
        if not self._drain.active:
            self._recorder.take(self._state)

    # the end of this execution

    def _in_flight(self) -> int:
        return self._outbox.in_flight + self._children.under_way + int(self._recorder.in_flight)

    async def _settle(self, finish: Finish) -> None:
        """Nothing is left behind: the record is written, whoever waits is told."""
        assert self._state is not None
        self._recorder.take(self._state, finish)
        await self._until(lambda: not self._recorder.in_flight and not self._children.under_way)
        if self._begin.batch is not None:
            await tell_caller(self._begin, finish)
        await self._until(workflow.all_handlers_finished)

    def _may_continue_as_new(self) -> bool:
        """Not once an end is decided: a cancel would be lost to the new execution."""
        assert self._state is not None
        return not self._cancel_requested and self._state.decided is None

    async def _continue_as_new(self) -> None:
        assert self._state is not None
        stored = packed_snapshot(snapshot(self._state))
        if stored is None:
            # Refused by the server it would stall the run: better a longer history.
            self._drain.postpone()
            return
        self._recorder.take(self._state)
        self._continues = True
        await self._until(lambda: not self._recorder.in_flight and workflow.all_handlers_finished())
        self._continues = False
        # Only answers could have changed the state meanwhile, and none are under way; a cancel or a
        # timer waits in the inbox, and with one the run stays here.
        if self._inbox or self._cancel_requested:
            self._drain.postpone()
            return
        begin = self._begin
        batch = begin.batch and replace(begin.batch, items=None, outer={})
        workflow.continue_as_new(replace(begin, input=None, trigger={}, snapshot=stored, batch=batch))


def _readable(text: str) -> Plan:
    try:
        return Plan.of(text)
    except (KeyError, TypeError, ValueError) as error:
        raise ApplicationError(f"the plan can't be read: {error!r}", type="PlanUnreadable", non_retryable=True) from error


def _end(finish: Finish, begin: RunStart) -> RunEnd:
    """Ends map to Temporal's own: Completed, Failed, Cancelled; a timed-out run is Failed (`RunTimeout`)."""
    if finish.status == "succeeded" or begin.batch is not None:
        return RunEnd(finish.status)
    if finish.status == "cancelled":
        raise asyncio.CancelledError
    error = finish.error or {"name": "InternalError", "message": "the run failed"}
    raise ApplicationError(error["message"], type=error["name"], non_retryable=True)
