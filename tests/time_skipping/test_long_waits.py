"""Waits and deadlines of days and months, with a worker that is restarted in between."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from interpreter.protocol import NodeRow
from tests.engine.conftest import Engine, Recorded
from tests.engine.graphs import call, edge, ended, inside

pytestmark = pytest.mark.engine


def node(node_id: str, kind: str, config: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": node_id, "type": f"core.{kind}@1", "config": config, **more}


def length(row: NodeRow) -> timedelta:
    assert row["started_at"] is not None and row["ended_at"] is not None
    return datetime.fromisoformat(row["ended_at"]) - datetime.fromisoformat(row["started_at"])


def row_of(recorded: Recorded, key: str) -> NodeRow:
    return next(row for row in recorded.rows() if row["key"] == key)


async def with_a_restart(engine: Engine, definition: dict[str, Any], *, begun_by: str) -> Recorded:
    """Runs with one worker until a timer is set, and to the end with another."""
    async with engine.platform_worker():
        async with engine.worker():
            handle = await engine.start(definition)
            await until_event(handle, begun_by)
        async with engine.worker():
            return await engine.ended(handle)


async def until_event(handle: WorkflowHandle[Any, Any], attribute: str) -> None:
    async with asyncio.timeout(30):
        while True:
            history = await handle.fetch_history()
            if any(event.WhichOneof("attributes") == attribute for event in history.events):
                return
            await asyncio.sleep(0.05)


async def test_a_wait_of_thirty_days_ends_at_its_time_with_another_worker(engine: Engine) -> None:
    definition = {"nodes": [node("pause", "wait", {"duration": "30d"}), call("after")], "edges": [edge("pause", "after")]}
    recorded = await with_a_restart(engine, definition, begun_by="timer_started_event_attributes")
    assert ended(recorded)[0] == "succeeded"
    assert timedelta(days=30) <= length(row_of(recorded, "pause")) < timedelta(days=30, minutes=1)
    assert len(engine.calls[recorded.end.run_id]) == 1  # type: ignore[union-attr]


async def test_the_deadline_of_an_approval_fires_at_its_time_with_another_worker(engine: Engine) -> None:
    nodes = [node("ask", "approval", {}, timeout="14d"), node("late", "noop", {}), node("pay", "noop", {})]
    definition = {"nodes": nodes, "edges": [edge("ask", "late", "timeout"), edge("ask", "pay", "approved")]}
    recorded = await with_a_restart(engine, definition, begun_by="timer_started_event_attributes")
    statuses = {row["key"]: row["status"] for row in recorded.rows()}
    assert statuses == {"ask": "succeeded", "late": "succeeded", "pay": "skipped"}
    assert timedelta(days=14) <= length(row_of(recorded, "ask")) < timedelta(days=14, minutes=1)


async def test_the_timeout_of_a_run_ends_it_after_a_month(engine: Engine) -> None:
    definition = {"nodes": [node("event", "wait_for_event", {})], "edges": [], "settings": {"timeout": "31d"}}
    recorded = await with_a_restart(engine, definition, begun_by="timer_started_event_attributes")
    assert ended(recorded)[0] == "timed_out"
    assert length(row_of(recorded, "event")) >= timedelta(days=31)


async def test_a_loop_of_a_year_goes_round_every_day(engine: Engine) -> None:
    config = {"while": "{{ carry < 365 }}", "initial": 0, "next": "{{ carry + 1 }}", "delay": "1d"}
    definition = {"nodes": [node("daily", "loop", config), *inside("daily", call("look"))], "edges": []}
    engine.max_cached = 10
    async with engine.platform_worker(), engine.worker():
        recorded = await engine.ended(await engine.start(definition))
    assert ended(recorded) == ("succeeded", {"daily": 365})
    assert timedelta(days=364) <= length(row_of(recorded, "daily")) < timedelta(days=364, hours=2)
    assert sum(row["node_id"] == "look" for row in recorded.rows()) == 365


async def test_a_wait_goes_on_over_a_new_execution(engine: Engine) -> None:
    engine.continue_after, engine.max_cached = 1, 10
    nodes = [call("before"), node("pause", "wait", {"duration": "90d"}), call("after")]
    async with engine.platform_worker(), engine.worker():
        recorded = await engine.ended(await engine.start({"nodes": nodes, "edges": [edge("before", "pause"), edge("pause", "after")]}))
    assert ended(recorded)[0] == "succeeded"
    assert timedelta(days=90) <= length(row_of(recorded, "pause")) < timedelta(days=90, minutes=1)
