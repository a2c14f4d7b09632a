"""Runs that ended in Temporal without a record: closed with all that is known of them, and with an end for whoever watches."""

from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.client import RPCError, WorkflowExecutionStatus
from temporalio.service import RPCStatusCode

from activities.kit.keys import KeyRing
from api.engine.closing import close_from_outside
from api.engine.ends import RunEnds
from api.engine.reconciling import Reconciler
from api.store import runs
from interpreter.protocol import EVENTS_QUERY, NODES_QUERY, ErrorValue, NodeRow, RunEvent
from tests.api.databases import frame, node_row, record
from tests.api.fakes import idle_admission
from tests.api.installation import NOOP, Installation

ERROR: ErrorValue = {"name": "Terminated", "message": "gone", "node_id": None, "key": None, "attempts": 1, "retryable": False}


class EndedInTemporal:
    """Knows one run, terminated from outside, and answers for it as long as a worker is there."""

    def __init__(self, nodes: list[NodeRow] | None = None, events: list[RunEvent] | None = None) -> None:
        self.nodes = nodes
        self.known = events or []
        self.batches: list[str] = []
        self.cancelled: list[str] = []
        self._run_id = ""

    def get_workflow_handle(self, run_id: str) -> "EndedInTemporal":
        self._run_id = run_id
        return self

    async def describe(self, **_: Any) -> Any:
        pending = [SimpleNamespace(workflow_id=one) for one in self.batches]
        described = SimpleNamespace(pending_activities=[], pending_children=pending)
        return SimpleNamespace(status=WorkflowExecutionStatus.TERMINATED, raw_description=described)

    async def query(self, name: str, after: int = 0, **_: Any) -> Any:
        if self.nodes is None:
            raise RPCError("no worker answers", RPCStatusCode.FAILED_PRECONDITION, b"")
        if name == NODES_QUERY:
            return self.nodes
        assert name == EVENTS_QUERY
        return {"events": [one for one in self.known if one["seq"] > after], "first": 1}

    async def cancel(self, **_: Any) -> None:
        self.cancelled.append(self._run_id)


async def begun(api: Installation, **told: Any) -> str:
    """The id of a run that has recorded this much."""
    run = await api.run(await api.workflow({**NOOP, "nodes": [{"id": name, "type": "core.noop@1"} for name in "abc"]}))
    await api.engine.end(record(run["id"], api.workspace_id, **told))
    run_id: str = run["id"]
    return run_id


async def close(api: Installation, run_id: str, temporal: Any) -> None:
    async with api.services.database.read() as connection:
        row = await runs.get(connection, api.workspace_id, run_id)
    assert row is not None
    await close_from_outside(temporal, api.services.database, row, "failed", ERROR)


async def shown(api: Installation, run_id: str) -> tuple[list[tuple[str, str]], list[tuple[int, str]]]:
    """Keys with their statuses, numbers of frames with their kind."""
    rows = (await api.mine.get(f"/runs/{run_id}/nodes")).json()["items"]
    assert all(row["ended_at"] for row in rows)
    async with api.services.database.read() as connection:
        row = await runs.get(connection, api.workspace_id, run_id)
    assert row is not None
    frames = [(one["seq"], one["event"]) async for one in api.engine.events(row, 0)]
    return [(row["key"], row["status"]) for row in rows], frames


async def test_what_was_recorded_as_open_ends_as_cancelled_and_the_stream_has_an_end(api: Installation) -> None:
    rows = [node_row("a"), node_row("b", "running", ended_at=None)]
    run_id = await begun(api, nodes=rows, order=[0, 1], events=[frame("", 1, "run"), frame("", 2)])
    await close(api, run_id, EndedInTemporal())
    assert await shown(api, run_id) == ([("a", "succeeded"), ("b", "cancelled")], [(1, "run"), (2, "node"), (3, "node"), (4, "end")])
    run = (await api.mine.get(f"/runs/{run_id}")).json()
    assert (run["status"], run["error"]["name"]) == ("failed", "Terminated") and run["started_at"] and run["ended_at"]


async def test_what_was_not_recorded_yet_is_asked_of_the_run_once_more(api: Installation) -> None:
    run_id = await begun(api, nodes=[node_row("a", "running", ended_at=None)], order=[0], events=[frame("", 1, "run")])
    live = [node_row("a"), node_row("b", "waiting", ended_at=None), node_row("c", "pending", started_at=None, ended_at=None)]
    await close(api, run_id, EndedInTemporal(live, [frame(run_id, seq) for seq in (1, 2, 3)]))
    statuses, frames = await shown(api, run_id)
    assert statuses == [("a", "succeeded"), ("b", "cancelled"), ("c", "cancelled")]
    assert [seq for seq, _ in frames] == [1, 2, 3, 4, 5, 6] and frames[-1] == (6, "end")


async def test_events_behind_a_gap_are_left_out(api: Installation) -> None:
    run_id = await begun(api, events=[frame("", 1, "run")])
    await close(api, run_id, EndedInTemporal([], [frame(run_id, 5)]))
    assert (await shown(api, run_id))[1] == [(1, "run"), (2, "end")]


async def test_an_end_that_stands_is_never_closed_again(api: Installation) -> None:
    run_id = await begun(api)
    await api.end(run_id, output=7)
    before = await shown(api, run_id)
    await close(api, run_id, EndedInTemporal())
    run = (await api.mine.get(f"/runs/{run_id}")).json()
    assert (run["status"], run["output"]) == ("succeeded", 7) and await shown(api, run_id) == before


async def test_closing_twice_is_closing_once(api: Installation) -> None:
    run_id = await begun(api, nodes=[node_row("a", "running", ended_at=None)], order=[0])
    temporal = EndedInTemporal()
    await close(api, run_id, temporal)
    once = await shown(api, run_id)
    await close(api, run_id, temporal)
    assert await shown(api, run_id) == once


async def test_the_batches_of_a_terminated_run_are_cancelled(api: Installation) -> None:
    run_id = await begun(api)
    temporal = EndedInTemporal()
    temporal.batches = [f"{run_id}:each:0", f"{run_id}:each:1"]
    await close(api, run_id, temporal)
    assert temporal.cancelled == temporal.batches


@pytest.mark.parametrize("status", ["running", "waiting"])
async def test_the_reconciler_closes_what_was_terminated(api: Installation, status: str) -> None:
    run_id = await begun(api, status=status)
    temporal: Any = EndedInTemporal()

    class Nobody:
        async def of_run(self, _: str) -> None:
            return

    following: Any = Nobody()
    ends = RunEnds()
    await Reconciler(api.services.database, KeyRing.from_settings(api.services.settings), ends, following, idle_admission(api), "").close_what_has_ended(temporal)
    assert (await api.mine.get(f"/runs/{run_id}")).json()["error"]["name"] == "Terminated"
    assert await ends.wait(run_id, 0.1)
