"""Waits for times, events, people and child runs on a real server."""

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from interpreter.protocol import (
    ANSWER_UPDATE,
    INTERVENE_UPDATE,
    PAUSE_UPDATE,
    RESPONSE_UPDATE,
    RESUME_UPDATE,
    Answer,
    Intervention,
    NodeCall,
)
from tests.engine.conftest import Engine, failing
from tests.engine.graphs import call, edge, ended

pytestmark = pytest.mark.engine


def node(node_id: str, kind: str, **config: Any) -> dict[str, Any]:
    return {"id": node_id, "type": f"core.{kind}@1", "config": config}


async def test_a_wait_goes_on_after_its_time(engine: Engine) -> None:
    recorded = await engine.run({"nodes": [node("pause", "wait", duration="1s"), call("after")], "edges": [edge("pause", "after")]})
    assert ended(recorded)[0] == "succeeded"
    [row] = [row for row in recorded.rows() if row["key"] == "pause"]
    assert row["started_at"] is not None and row["output"]["until"] > row["started_at"]


async def test_an_event_is_taken_once_and_is_the_output(engine: Engine) -> None:
    handle = await engine.start({"nodes": [node("event", "wait_for_event")], "edges": []})
    await engine.until(handle, "event", "waiting")
    await handle.execute_update(ANSWER_UPDATE, Answer("event", "link", {"n": 1}))
    recorded = await engine.ended(handle)
    assert ended(recorded) == ("succeeded", {"event": {"n": 1}})


async def test_a_late_answer_is_refused(engine: Engine) -> None:
    definition = {"nodes": [node("event", "wait_for_event"), call("long")], "edges": [edge("event", "long")]}
    held = asyncio.Event()

    async def hold(_: NodeCall) -> None:
        await held.wait()

    engine.script["long"] = hold
    handle = await engine.start(definition)
    await engine.until(handle, "event", "waiting")
    await handle.execute_update(ANSWER_UPDATE, Answer("event", "link", 1))
    await engine.until(handle, "long", "running")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await handle.execute_update(ANSWER_UPDATE, Answer("event", "link", 2))
    assert getattr(refused.value.cause, "type", None) == "WaitClosed"
    held.set()
    await engine.ended(handle)


async def test_an_event_that_does_not_come_leaves_by_timeout(engine: Engine) -> None:
    waits = {**node("event", "wait_for_event"), "timeout": "1s"}
    nodes = [waits, node("came", "noop"), node("late", "noop")]
    recorded = await engine.run({"nodes": nodes, "edges": [edge("event", "came"), edge("event", "late", "timeout")]})
    statuses = {row["key"]: row["status"] for row in recorded.rows()}
    assert statuses == {"event": "succeeded", "came": "skipped", "late": "succeeded"}


async def test_an_approval_wants_its_quorum_of_different_approvers(engine: Engine) -> None:
    asks = node("ask", "approval", title="Pay {{ input.sum }}?", approvers=["a@x.example", "b@x.example"], quorum=2)
    nodes = [asks, node("pay", "noop"), node("leave", "noop")]
    definition = {"nodes": nodes, "edges": [edge("ask", "pay", "approved"), edge("ask", "leave", "rejected")]}
    handle = await engine.start(definition, {"sum": 7})
    await engine.until(handle, "ask", "waiting")

    async def decide(by: str, decision: Any = "approve") -> None:
        await handle.execute_update(ANSWER_UPDATE, Answer("ask", by, decision=decision, reason="fine"))

    await decide("a@x.example")
    for by, refusal in (("a@x.example", "AlreadyAnswered"), ("c@x.example", "NotAnApprover")):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await decide(by)
        assert getattr(refused.value.cause, "type", None) == refusal
    await decide("b@x.example")
    recorded = await engine.ended(handle)
    rows = {row["key"]: row for row in recorded.rows()}
    assert (rows["pay"]["status"], rows["leave"]["status"]) == ("succeeded", "skipped")
    assert rows["ask"]["input"]["title"] == "Pay 7?"
    assert [one["by"] for one in rows["ask"]["output"]["answers"]] == ["a@x.example", "b@x.example"]


async def test_a_run_that_waits_is_recorded_as_waiting(engine: Engine) -> None:
    handle = await engine.start({"nodes": [node("event", "wait_for_event")], "edges": []})
    await engine.until(handle, "event", "waiting")
    for _ in range(100):
        if engine.records[handle.id].last_status == "waiting":
            break
        await asyncio.sleep(0.05)
    assert engine.records[handle.id].last_status == "waiting"
    await handle.execute_update(ANSWER_UPDATE, Answer("event", "link"))
    await engine.ended(handle)


async def test_a_held_node_waits_until_a_person_retries_it(engine: Engine) -> None:
    attempts = 0

    async def second_time(_: NodeCall) -> str:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise failing("Broken")
        return "mended"

    engine.script["one"] = second_time
    handle = await engine.start({"nodes": [call("one", on_error="hold")], "edges": []})
    await engine.until(handle, "one", "waiting")
    await handle.execute_update(INTERVENE_UPDATE, Intervention("one", "retry", "someone"))
    recorded = await engine.ended(handle)
    assert ended(recorded) == ("succeeded", {"one": "mended"})
    assert recorded.rows()[0]["attempt"] == 2


async def test_an_output_given_by_a_person_ends_a_wait(engine: Engine) -> None:
    handle = await engine.start({"nodes": [node("event", "wait_for_event"), node("after", "noop")], "edges": [edge("event", "after")]})
    await engine.until(handle, "event", "waiting")
    await handle.execute_update(INTERVENE_UPDATE, Intervention("event", "output", "someone", output={"given": True}))
    recorded = await engine.ended(handle)
    assert recorded.rows()[0]["output"] == {"given": True}


async def test_a_paused_run_starts_nothing_until_it_is_resumed(engine: Engine) -> None:
    definition = {"nodes": [node("event", "wait_for_event"), call("after")], "edges": [edge("event", "after")]}
    handle = await engine.start(definition)
    await engine.until(handle, "event", "waiting")
    await handle.execute_update(PAUSE_UPDATE, "someone")
    await handle.execute_update(ANSWER_UPDATE, Answer("event", "link"))
    await engine.until(handle, "event", "succeeded")
    await asyncio.sleep(0.5)
    assert not engine.calls[handle.id]
    await handle.execute_update(RESUME_UPDATE, "someone")
    recorded = await engine.ended(handle)
    assert ended(recorded)[0] == "succeeded"


async def test_a_run_answers_its_caller_before_it_has_ended(engine: Engine) -> None:
    held = asyncio.Event()

    async def hold(_: NodeCall) -> None:
        await held.wait()

    engine.script["long"] = hold
    nodes = [node("answer", "respond", output={"n": "{{ input.n + 1 }}"}, status=201), call("long")]
    handle = await engine.start({"nodes": nodes, "edges": [edge("answer", "long")]}, {"n": 1})
    told: dict[str, Any] = await handle.execute_update(RESPONSE_UPDATE)
    while told["response"] is None and not told["ended"]:
        told = await handle.execute_update(RESPONSE_UPDATE)
    assert told == {"response": {"output": {"n": 2}, "status": 201, "headers": {}}, "ended": False}
    held.set()
    await engine.ended(handle)


async def test_a_child_run_is_waited_for_and_gives_its_output(engine: Engine) -> None:
    engine.workflows["child"] = {"nodes": [call("inner")], "edges": [], "output": {"got": "{{ input.n }}"}}
    asks = node("ask", "run_workflow", workflow="child", input={"n": "{{ input.n * 2 }}"})
    recorded = await engine.run({"nodes": [asks], "edges": []}, {"n": 21})
    assert recorded.end is not None
    [child] = engine.children[recorded.end.run_id]
    assert ended(recorded) == ("succeeded", {"ask": {"run_id": child, "output": {"got": 42}}})


async def test_a_failed_child_fails_its_node(engine: Engine) -> None:
    engine.workflows["child"] = {"nodes": [node("no", "fail", name="Refused", message="not today")], "edges": []}
    recorded = await engine.run({"nodes": [node("ask", "run_workflow", workflow="child")], "edges": []})
    assert recorded.end is not None and recorded.end.error is not None
    assert recorded.end.error["name"] == "ChildRunFailed"
    assert recorded.end.error["details"]["error"]["name"] == "Refused"


async def test_a_child_that_may_not_begin_fails_its_node(engine: Engine) -> None:
    recorded = await engine.run({"nodes": [node("ask", "run_workflow", workflow="nobody")], "edges": []})
    assert recorded.end is not None and recorded.end.error is not None
    assert recorded.end.error["name"] == "UnknownWorkflow"


async def test_a_cancelled_run_cancels_the_child_it_waits_for(engine: Engine) -> None:
    engine.workflows["child"] = {"nodes": [node("event", "wait_for_event")], "edges": []}
    handle = await engine.start({"nodes": [node("ask", "run_workflow", workflow="child")], "edges": []})
    for _ in range(200):
        if engine.children[handle.id]:
            break
        await asyncio.sleep(0.05)
    child = engine.client.get_workflow_handle(engine.children[handle.id][0])
    await engine.until(child, "event", "waiting")
    await handle.cancel()
    recorded = await engine.ended(handle)
    assert ended(recorded)[0] == "cancelled"
    assert engine.records[child.id].end is not None and engine.records[child.id].end.status == "cancelled"


async def test_a_detached_child_lives_on(engine: Engine) -> None:
    engine.workflows["child"] = {"nodes": [node("event", "wait_for_event")], "edges": []}
    recorded = await engine.run({"nodes": [node("ask", "run_workflow", workflow="child", wait=False)], "edges": []})
    assert recorded.end is not None
    [child_id] = engine.children[recorded.end.run_id]
    assert ended(recorded) == ("succeeded", {"ask": {"run_id": child_id}})
    child = engine.client.get_workflow_handle(child_id)
    await engine.until(child, "event", "waiting")
    await child.cancel()
    await engine.ended(child)
