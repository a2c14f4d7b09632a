"""One node run once: what is started for it, and what is told of its end."""

import asyncio
from typing import Any

import httpx
import pytest

from api.catalog import trials
from interpreter.plan import Plan
from tests.api.databases import END, frame, node_row, record
from tests.api.installation import Installation

HTTP = "core.http_request@1"
CONFIG = {"url": "https://x.example/{{ input.id }}", "query": {"name": "{{ nodes.fetch.body.name }}"}}


async def tried(api: Installation, body: dict[str, Any], row: dict[str, Any] | None, type_id: str = HTTP, **end: Any) -> httpx.Response:
    """Asks for a node test, and ends its run with a row as the worker would."""

    async def end_it() -> None:
        while not api.engine.started:
            await asyncio.sleep(0.01)
        run_id = api.engine.started[0]
        rows = [] if row is None else [node_row("tested", **row)]
        said = frame(run_id, 1, "log", key="tested", level="info", message="hello")
        frames = [said, frame(run_id, 2, "log", key="other", level="info", message="no"), frame(run_id, 3, "end")]
        told = {"status": "succeeded", "ended_at": END, "nodes": rows, "order": [0] * len(rows), "events": frames, **end}
        await api.engine.end(record(run_id, api.workspace_id, **told))

    ending = asyncio.create_task(end_it())
    answer = await api.mine.post(f"/node-types/{type_id}/test", json=body)
    ending.cancel()
    return answer


async def test_a_node_is_run_as_the_last_of_stand_ins_for_what_it_reads(api: Installation) -> None:
    scope = {"input": {"id": 7}, "nodes": {"fetch": {"body": {"name": "Ada {{ 1 }}"}}}}
    answer = await tried(api, {"config": CONFIG, "credential": "shop", "scope": scope}, {"input": {"url": "…"}, "output": {"status": 200}})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told.pop("run_id") == api.engine.started[0]
    assert told == {
        "output": {"status": 200},
        "input": {"url": "…"},
        "attempts": 1,
        "logs": [{"at": "2026-01-02T03:04:05.000Z", "level": "info", "message": "hello"}],
    }
    [payload] = api.engine.payloads
    assert payload is not None
    assert payload.input == {"id": 7} and payload.trigger["kind"] == "test" and payload.trigger["payload"] == {"nodes": scope["nodes"]}
    plan = Plan.of(payload.plan_text)
    assert [node.id for node in plan.nodes] == ["fetch", "tested"] and plan.credentials == ("shop",)
    assert plan.nodes[1].incoming == [("out", 0)] and plan.nodes[1].retries[0].max_attempts == 1
    assert "Ada" not in payload.plan_text


async def test_a_failed_node_is_told_with_its_error(api: Installation) -> None:
    error = {"name": "NotFound", "message": "404", "node_id": "tested", "key": "tested", "attempts": 1, "retryable": False}
    answer = await tried(api, {"config": {"url": "https://x.example"}}, {"status": "failed", "output": None, "error": error}, status="failed", error=error)
    assert answer.json()["error"] == error and "output" not in answer.json()


async def test_a_mock_stands_for_the_call(api: Installation) -> None:
    answer = await tried(api, {"config": {"url": "https://x.example"}, "mock": {"output": 5}}, {"output": 5})
    assert answer.json()["output"] == 5
    [payload] = api.engine.payloads
    assert payload is not None and payload.options.mocks == {"tested": {"output": 5}}


async def test_a_control_node_is_run_the_same_way(api: Installation) -> None:
    body = {"config": {"condition": "{{ nodes.tested.n > 1 }}"}, "scope": {"nodes": {"tested": {"n": 2}}}}

    async def end_it() -> None:
        while not api.engine.started:
            await asyncio.sleep(0.01)
        rows = [node_row("tested"), node_row("tested_", output={"port": "true"})]
        await api.engine.end(record(api.engine.started[0], api.workspace_id, status="succeeded", ended_at=END, nodes=rows, order=[0, 1]))

    ending = asyncio.create_task(end_it())
    answer = await api.mine.post("/node-types/core.if@1/test", json=body)
    await ending
    assert answer.json()["output"] == {"port": "true"}


async def test_a_node_that_does_not_end_is_cancelled_and_told_as_a_timeout(api: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "WAIT_SECONDS", 0.1)
    answer = await api.mine.post("/node-types/core.wait_for_event@1/test", json={})
    assert answer.json()["error"]["name"] == "Timeout" and answer.json()["attempts"] == 0
    assert api.engine.cancelled == api.engine.started


@pytest.mark.parametrize(
    ("type_id", "body", "path"),
    [
        (HTTP, {"config": {}}, "/config/url"),
        (HTTP, {"config": {"url": "{{ nodes.nobody.x }}"}}, "/config/url"),
        (HTTP, {"config": {"url": "{{ 1 + }}"}}, "/config/url"),
        (HTTP, {"config": {"url": "https://x.example"}, "scope": {"nodes": {"Not An Id": 1}}}, "/scope/nodes"),
    ],
)
async def test_a_node_that_can_not_run_is_refused_with_findings_that_lead_into_the_request(
    api: Installation, type_id: str, body: dict[str, Any], path: str
) -> None:
    answer = await api.mine.post(f"/node-types/{type_id}/test", json=body)
    assert answer.status_code == 422 and path in [one["path"] for one in answer.json()["findings"]], answer.text
    assert api.engine.started == []


@pytest.mark.parametrize(
    ("type_id", "body", "status"),
    [
        ("core.nothing@1", {}, 404),
        ("core.map@1", {"config": {"items": "{{ [1] }}"}}, 422),
        (HTTP, {"config": {"url": "https://x.example"}, "mock": {"outputs": 1}}, 422),
        ("core.set@1", {"mock": {"output": 1}}, 422),
        (HTTP, {"config": {"url": "https://x.example"}, "more": 1}, 422),
    ],
)
async def test_what_can_not_be_tested_is_refused(api: Installation, type_id: str, body: dict[str, Any], status: int) -> None:
    assert (await api.mine.post(f"/node-types/{type_id}/test", json=body)).status_code == status
    assert api.engine.started == []


async def test_node_tests_are_no_part_of_the_lists(api: Installation) -> None:
    await tried(api, {"config": {"url": "https://x.example"}}, {})
    assert (await api.mine.get("/runs")).json()["items"] == []
    assert (await api.mine.get("/workflows")).json()["items"] == []
    [listed] = (await api.mine.get("/runs", params={"trigger": "test"})).json()["items"]
    assert listed["id"] == api.engine.started[0] and listed["workflow_name"] == "Node test"
