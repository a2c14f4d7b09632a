"""Ends that others have to hear of: due with the end, worked off once, and never lost."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.client import RPCError, WorkflowExecutionStatus
from temporalio.service import RPCStatusCode

from activities.kit.keys import KeyRing
from api.engine import following_up
from api.engine.children import Asked, begin_child
from api.engine.crossing import Crossing
from api.engine.ends import RunEnds
from api.engine.following_up import FollowUps, child_end
from api.engine.reconciling import Reconciler
from api.store import follow_ups
from api.store.follow_ups import FollowUp
from interpreter.protocol import CHILD_ENDED_SIGNAL, ChildEnd, ChildStart, ErrorValue
from tests.api.databases import record
from tests.api.fakes import idle_admission
from tests.api.installation import NOOP, Installation

ERROR: ErrorValue = {"name": "Broken", "message": "no", "node_id": "one", "key": "one", "attempts": 1, "retryable": False}


class FakeTemporal:
    """Takes signals, or refuses them as Temporal would."""

    def __init__(self) -> None:
        self.signals: list[tuple[str, ChildEnd]] = []
        self.refusal: RPCStatusCode | None = None
        self.refused_of = ""
        self._run_id = ""

    def get_workflow_handle(self, run_id: str) -> "FakeTemporal":
        self._run_id = run_id
        return self

    async def signal(self, name: str, end: ChildEnd) -> None:
        assert name == CHILD_ENDED_SIGNAL
        if end.child_id == self.refused_of:
            raise RPCError("refused", RPCStatusCode.INVALID_ARGUMENT, b"")
        if self.refusal is not None:
            raise RPCError("refused", self.refusal, b"")
        self.signals.append((self._run_id, end))


@pytest.fixture
def temporal() -> FakeTemporal:
    return FakeTemporal()


@pytest.fixture
def following(api: Installation, temporal: FakeTemporal) -> FollowUps:
    client: Any = temporal
    return FollowUps(api.services.database, api.services.published, api.engine, lambda: client, Crossing(api.services.values), "https://here.example/")


async def due(api: Installation) -> list[str]:
    async with api.services.database.read() as connection:
        return [one.run_id for one in await follow_ups.due(connection, 100)]


async def child_of(api: Installation, wait: bool = True) -> tuple[str, str]:
    parent = await api.run(await api.workflow({**NOOP, "name": "Parent"}))
    told = ChildStart(parent["id"], api.workspace_id, "call", await api.workflow(), None, {}, wait, 1)
    asked = Asked(told.run_id, datetime.now(UTC))
    return parent["id"], await begin_child(api.services.database, api.services.published, api.engine, Crossing(api.services.values), told, asked)


async def test_a_waiting_caller_is_told_of_the_end_once(api: Installation, following: FollowUps, temporal: FakeTemporal) -> None:
    parent, child = await child_of(api)
    assert await due(api) == []
    await api.end(child, output={"ok": True})
    assert await due(api) == [child]
    await following.of_run(child)
    await following.of_run(child)
    assert temporal.signals == [(parent, ChildEnd("call", child, "succeeded", {"ok": True}, None))]
    assert await due(api) == []


@pytest.mark.parametrize(("refusal", "left"), [(RPCStatusCode.NOT_FOUND, False), (RPCStatusCode.UNAVAILABLE, True)])
async def test_a_caller_that_has_ended_wants_to_know_nothing_and_one_out_of_reach_is_told_later(
    api: Installation, following: FollowUps, temporal: FakeTemporal, refusal: RPCStatusCode, left: bool
) -> None:
    _, child = await child_of(api)
    await api.end(child)
    temporal.refusal = refusal
    await following.of_run(child)
    assert bool(await due(api)) is left
    temporal.refusal = None
    await following.of_all(datetime.now(UTC) + timedelta(hours=1))
    assert len(temporal.signals) == left and await due(api) == []


class TerminatedInTemporal(FakeTemporal):
    """Knows every run as terminated from outside."""

    async def describe(self, **_: Any) -> Any:
        described = SimpleNamespace(pending_activities=[], pending_children=[])
        return SimpleNamespace(status=WorkflowExecutionStatus.TERMINATED, raw_description=described)

    async def query(self, *_: Any, **more: Any) -> Any:
        raise RPCError("no worker answers", RPCStatusCode.FAILED_PRECONDITION, b"")


async def test_a_child_terminated_from_outside_is_told_to_its_caller(api: Installation, following: FollowUps) -> None:
    parent, child = await child_of(api)
    await api.engine.end(record(child, api.workspace_id))
    client: Any = TerminatedInTemporal()
    following = FollowUps(api.services.database, api.services.published, api.engine, lambda: client, Crossing(api.services.values), "")
    ring = KeyRing.from_settings(api.services.settings)
    await Reconciler(api.services.database, ring, RunEnds(), following, idle_admission(api), "").close_what_has_ended(client)
    [(told, end)] = client.signals
    assert told == parent and end.status == "failed" and end.error is not None and end.error["name"] == "Terminated"
    assert (await api.mine.get(f"/runs/{child}")).json()["status"] == "failed" and await due(api) == []


async def test_nobody_is_told_of_a_detached_child(api: Installation) -> None:
    _, child = await child_of(api, wait=False)
    await api.end(child)
    assert await due(api) == []


def test_an_output_too_large_for_a_signal_is_told_as_a_failure() -> None:
    now = datetime.now(UTC)
    one = FollowUp("ws-1", "ws", "wf", "Order", 1, "succeeded", "x" * 2_000_000, None, now, now, ("ws-0", "call"), ())
    end = child_end(one, "call")
    assert end.status == "failed" and end.output is None and end.error is not None and end.error["name"] == "ValueTooLarge"


def test_an_error_too_large_for_a_signal_is_told_without_its_extras() -> None:
    now = datetime.now(UTC)
    large: ErrorValue = {**ERROR, "items": [{"index": n, "error": {**ERROR, "message": "x" * 2_000}} for n in range(1_000)]}
    end = child_end(FollowUp("ws-1", "ws", "wf", "Order", 1, "failed", None, large, now, now, ("ws-0", "call"), ()), "call")
    assert end.status == "failed" and end.error is not None and "items" not in end.error
    assert (end.error["name"], end.error["node_id"]) == ("Broken", "one")


async def test_an_end_that_can_not_be_told_does_not_keep_others_waiting(
    api: Installation, following: FollowUps, temporal: FakeTemporal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following_up, "_AT_ONCE", 1)
    (_, stuck), (_, other) = await child_of(api), await child_of(api)
    for child in (stuck, other):
        await api.end(child)
    first, second = await due(api)
    temporal.refused_of = first
    later = datetime.now(UTC) + timedelta(hours=1)
    for _ in range(3):
        await following.of_all(later)
    assert await due(api) == [first] and [end.child_id for _, end in temporal.signals] == [second]
    temporal.refused_of = ""
    for _ in range(2):
        await following.of_all(later)
    assert await due(api) == []


async def failing(api: Installation, named: str | None, **body: Any) -> str:
    """The id of a run that has failed, of a workflow that names an error workflow."""
    settings = {} if named is None else {"settings": {"error_workflow": named}}
    run = await api.run(await api.workflow({**NOOP, "name": "Failing", **settings}), body)
    await api.end(run["id"], "failed", error=ERROR)
    run_id: str = run["id"]
    return run_id


async def started_by(api: Installation, following: FollowUps, run_id: str) -> list[dict[str, Any]]:
    before = len(api.engine.started)
    await following.of_run(run_id)
    return [(await api.mine.get(f"/runs/{one}")).json() for one in api.engine.started[before:]]


async def test_a_failed_run_starts_the_error_workflow_of_its_definition_once(api: Installation, following: FollowUps) -> None:
    handler = await api.workflow({**NOOP, "name": "On error"})
    run_id = await failing(api, "On error")
    [run] = await started_by(api, following, run_id)
    assert run["workflow_id"] == handler and (run["trigger"]["kind"], run["trigger"]["name"]) == ("failure", "Failing")
    told = run["input"]["run"]
    assert run["input"]["error"] == ERROR
    assert (told["id"], told["workflow_name"], told["version"], told["status"]) == (run_id, "Failing", 1, "failed")
    assert told["started_at"] and told["ended_at"] and told["url"] == f"https://here.example/runs/{run_id}"
    assert await started_by(api, following, run_id) == [] and await due(api) == []


async def test_a_crash_between_the_start_and_its_note_starts_nothing_twice(api: Installation, following: FollowUps, monkeypatch: pytest.MonkeyPatch) -> None:
    await api.workflow({**NOOP, "name": "On error"})
    run_id = await failing(api, "On error")

    async def crash(*_: object) -> None:
        raise RPCError("killed", RPCStatusCode.UNAVAILABLE, b"")

    with monkeypatch.context() as crashing:
        crashing.setattr(follow_ups, "done", crash)
        assert len(await started_by(api, following, run_id)) == 1
    assert await due(api) == [run_id]
    assert await started_by(api, following, run_id) == [] and await due(api) == []


async def test_the_workspace_has_an_error_workflow_for_all_that_name_none(api: Installation, following: FollowUps) -> None:
    handler, own = await api.workflow({**NOOP, "name": "Of all"}), await api.workflow({**NOOP, "name": "Own"})
    await api.mine.put("/workspaces/current/settings", json={"error_workflow": handler})
    assert [run["workflow_id"] for run in await started_by(api, following, await failing(api, None))] == [handler]
    assert [run["workflow_id"] for run in await started_by(api, following, await failing(api, own))] == [own]
    assert [run["workflow_id"] for run in await started_by(api, following, await failing(api, "gone"))] == [handler]


async def test_an_error_workflow_that_fails_starts_no_other_and_neither_do_its_children(api: Installation, following: FollowUps) -> None:
    handler = await api.workflow({**NOOP, "name": "On error"})
    await api.mine.put("/workspaces/current/settings", json={"error_workflow": handler})
    [run] = await started_by(api, following, await failing(api, None))
    child = await begin_child(
        api.services.database,
        api.services.published,
        api.engine,
        Crossing(api.services.values),
        ChildStart(run["id"], api.workspace_id, "call", handler, None, {}, False, 1),
        Asked(run["id"], datetime.now(UTC)),
    )
    for ended in (run["id"], child):
        await api.end(ended, "failed", error=ERROR)
        assert await started_by(api, following, ended) == []
    assert await due(api) == []


@pytest.mark.parametrize(("status", "count"), [("failed", 1), ("timed_out", 1), ("cancelled", 0), ("succeeded", 0)])
async def test_only_failures_and_timeouts_are_errors(api: Installation, following: FollowUps, status: str, count: int) -> None:
    await api.workflow({**NOOP, "name": "On error"})
    run = await api.run(await api.workflow({**NOOP, "settings": {"error_workflow": "On error"}}))
    await api.end(run["id"], status)
    assert len(await started_by(api, following, run["id"])) == count


async def test_a_dry_run_starts_no_error_workflow(api: Installation, following: FollowUps) -> None:
    await api.workflow({**NOOP, "name": "On error"})
    assert await started_by(api, following, await failing(api, "On error", dry_run=True)) == []


async def test_an_error_workflow_that_can_not_be_started_keeps_nothing_due(api: Installation, following: FollowUps) -> None:
    assert await started_by(api, following, await failing(api, "nobody")) == [] and await due(api) == []
