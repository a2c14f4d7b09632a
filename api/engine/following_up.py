"""What follows the end of a run: a caller that waits is told, an error workflow and notifications are started.

That something is due stands in the run's row since the transaction of its end, so a crash only delays it.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client, RPCError
from temporalio.service import RPCStatusCode

from activities.kit.large_values import ValueLost
from api.engine.choosing import choose
from api.engine.crossing import Crossing
from api.engine.door import RunRequest, Starter, begin_run
from api.engine.errors import RunRefused, TemporalAway
from api.engine.published import PublishedVersions
from api.engine.times import now, shown
from api.store import follow_ups, notification_rules
from api.store.database import Database
from api.store.follow_ups import FollowUp
from api.store.notification_rules import NotificationRule
from api.store.run_options import RunOptions
from interpreter.json_value import Json, JsonObject
from interpreter.protocol import CHILD_ENDED_SIGNAL, ChildEnd, ErrorValue

_SIGNAL_BYTES = 1_500_000
"""Temporal refuses larger ones, and the caller would wait for ever."""
_MESSAGE = 10_000
_PATIENCE = timedelta(minutes=5)
"""With a payload storage that is away; then the caller is told that the output is lost."""
_AT_ONCE = 100
_AWAY = (RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED)
"""Whoever is asked next would say the same."""


class FollowUps:
    """Works off what is due; everything in it may be done twice."""

    def __init__(
        self, database: Database, published: PublishedVersions, starter: Starter, client: Callable[[], Client], crossing: Crossing, public_url: str
    ) -> None:
        self._database = database
        self._published = published
        self._starter = starter
        self._client = client
        self._crossing = crossing
        self._public_url = public_url
        self._after: tuple[datetime, str] | None = None
        """Where the next round goes on, so that ends which can't be told do not hide the others."""

    async def of_run(self, run_id: str) -> None:
        """What the end of one run asks for; what fails is left to the next round of `of_all`."""
        async with self._database.read() as connection:
            due = await follow_ups.due(connection, 1, run_id)
        await self._work_off(due)

    async def of_all(self, before: datetime) -> None:
        """What was left behind of runs that ended before this time, so many at once."""
        async with self._database.read() as connection:
            due = await follow_ups.due(connection, _AT_ONCE, before=before, after=self._after)
        self._after = (due[-1].ended_at, due[-1].run_id) if len(due) == _AT_ONCE else None
        await self._work_off(due)

    async def _work_off(self, due: list[FollowUp]) -> None:
        for one in due:
            try:
                await self._carry_out(one)
            except Exception as error:
                # Whatever it was, it is due still, and the others are not to wait for it.
                told = f"{type(error).__name__}: {error}"[:300]
                structlog.get_logger("engine").warning("the end of a run could not be told yet", run_id=one.run_id, error=told)
                if isinstance(error, TemporalAway) or (isinstance(error, RPCError) and error.status in _AWAY):
                    return

    async def _carry_out(self, one: FollowUp) -> None:
        if one.waiting_caller is not None:
            await self._tell_caller(one, *one.waiting_caller)
        if one.error_workflows:
            await self._start_error_workflow(one)
        for rule in one.rules:
            await self._notify(one, rule)
        async with self._database.write() as connection:
            await follow_ups.done(connection, one.run_id)

    async def _tell_caller(self, one: FollowUp, caller: str, key: str) -> None:
        end = child_end(await self._readable(one), key)
        try:
            await self._client().get_workflow_handle(caller).signal(CHILD_ENDED_SIGNAL, end)
        except RPCError as error:
            # Not found: the caller has ended, and nobody wants to know.
            if error.status != RPCStatusCode.NOT_FOUND:
                raise

    async def _readable(self, one: FollowUp) -> FollowUp:
        """With an output that the caller can read, whose own values are others."""
        assert one.caller_run_id is not None
        try:
            output = await self._crossing.to_caller(one.workspace_id, one.run_id, one.caller_run_id, one.output)
        except ValueLost as lost:
            if datetime.now(UTC) - one.ended_at < _PATIENCE:
                raise
            return replace(one, status="failed", output=None, error=_lost(lost))
        return replace(one, output=output)

    async def _start_error_workflow(self, one: FollowUp) -> None:
        """The first of the named ones that can be started."""
        for name in one.error_workflows:
            try:
                await self._start(one, name)
                return
            except RunRefused as refused:
                log = structlog.get_logger("engine")
                log.warning("an error workflow can't be started", run_id=one.run_id, named=name, error=refused.message)

    async def _notify(self, one: FollowUp, rule: NotificationRule) -> None:
        if rule.quiet_minutes and one.fingerprint is not None:
            async with self._database.read() as connection:
                told = (one.workspace_id, one.fingerprint, one.run_id, one.ended_at, rule.quiet_minutes)
                if await notification_rules.was_told(connection, *told):
                    return
        try:
            await self._start(one, rule.run, {"id": rule.id, "name": rule.name})
        except RunRefused as refused:
            log = structlog.get_logger("engine")
            log.warning("a notification can't be sent", run_id=one.run_id, rule=rule.name, error=refused.message)

    async def _start(self, one: FollowUp, name: str, rule: JsonObject | None = None) -> None:
        input = error_input(one, self._public_url)
        if rule is not None:
            input["rule"] = rule
        async with self._database.read() as connection:
            chosen = await choose(connection, self._published, one.workspace_id, name, None, input)
        request = RunRequest(
            workspace_id=one.workspace_id,
            workflow_id=chosen.workflow.id,
            workflow_name=chosen.workflow.name,
            runnable=chosen.runnable,
            input=input,
            trigger={"kind": "failure", "name": one.workflow_name, "at": now(), "payload": None},
            # Not a key that a request could carry: those are plain ASCII.
            idempotency_key=f"error·{one.run_id}" if rule is None else f"notify·{rule['id']}·{one.run_id}",
            # A failing error workflow starts no other: that would go on for ever.
            options=RunOptions(quiet=True),
        )
        await begin_run(self._database, self._starter, request)


def child_end(one: FollowUp, key: str) -> ChildEnd:
    """What the caller is told; an output too large for a signal is told as a failure, an error without its extras."""
    if len(json.dumps([one.output, one.error])) <= _SIGNAL_BYTES:
        return ChildEnd(key, one.run_id, one.status, one.output, one.error)
    if one.error is not None:
        return ChildEnd(key, one.run_id, one.status, None, _small(one.error))
    error: ErrorValue = {
        "name": "ValueTooLarge",
        "message": f"the output of the run {one.run_id} is too large to be handed to the run that waits for it",
        "node_id": None,
        "key": None,
        "attempts": 1,
        "retryable": False,
        "hint": "give the child an output that says only what its caller needs",
    }
    return ChildEnd(key, one.run_id, "failed", None, error)


def _lost(lost: ValueLost) -> ErrorValue:
    told = {"name": lost.name, "message": lost.message, "node_id": None, "key": None, "attempts": 1, "retryable": False}
    return {**told, "hint": lost.hint or "look into the payload storage"}  # type: ignore[typeddict-item]


def _small(error: ErrorValue) -> ErrorValue:
    """The error without what may be large: everything of it stands in the child's own record."""
    small: ErrorValue = {
        "name": error["name"],
        "message": error["message"][:_MESSAGE],
        "node_id": error["node_id"],
        "key": error["key"],
        "attempts": error["attempts"],
        "retryable": error["retryable"],
        "hint": "the run it started shows the whole error",
    }
    return small


def error_input(one: FollowUp, public_url: str) -> JsonObject:
    """The input of the run of an error workflow."""
    error: Json = one.error
    run = {
        "id": one.run_id,
        "workflow_id": one.workflow_id,
        "workflow_name": one.workflow_name,
        "version": one.version,
        "status": one.status,
        "started_at": shown(one.started_at),
        "ended_at": shown(one.ended_at),
        "url": f"{public_url.rstrip('/')}/runs/{one.run_id}",
    }
    failures = f"{public_url.rstrip('/')}/runs?fingerprint={one.fingerprint}"
    return {"run": run, "error": error, "failure": {"fingerprint": one.fingerprint, "url": failures}}
