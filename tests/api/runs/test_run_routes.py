"""Runs over HTTP: begun once, found again, listed, cancelled."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.engine.starting import run_start
from api.store import runs as store
from tests.api.databases import node_row, record
from tests.api.installation import NOOP, Installation

SCHEMA = {"type": "object", "properties": {"order_id": {"type": "string", "pattern": "^[0-9]+$"}}, "required": ["order_id"]}


async def test_a_run_is_accepted_with_the_shape_of_the_contract(api: Installation) -> None:
    workflow_id = await api.workflow()
    run = await api.run(workflow_id, {"input": {"order_id": "7"}})
    assert run["id"].startswith(f"{api.workspace_id}-") and run["workflow_id"] == workflow_id and run["version"] == 1
    assert run["status"] in ("queued", "running") and run["input"] == {"order_id": "7"}
    assert run["trigger"]["kind"] == "api"
    for field in ("attention", "output", "error", "ended_at", "parent_run_id", "caller"):
        assert run[field] is None, field
    assert api.engine.started == [run["id"]]
    assert (await api.mine.get(f"/runs/{run['id']}")).json()["id"] == run["id"]


async def test_a_wait_answers_200_with_the_end_and_202_without_it(api: Installation) -> None:
    workflow_id = await api.workflow()
    without = await api.mine.post(f"/workflows/{workflow_id}/runs", params={"wait": 1}, json={})
    assert without.status_code == 202 and without.json()["status"] == "running"

    async def end_soon() -> None:
        while len(api.engine.started) < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        await api.end(api.engine.started[1], output={"ok": True})

    ending = asyncio.create_task(end_soon())
    ended = await api.mine.post(f"/workflows/{workflow_id}/runs", params={"wait": 20}, json={})
    await ending
    assert ended.status_code == 200
    assert (ended.json()["status"], ended.json()["output"]) == ("succeeded", {"ok": True})
    assert (await api.mine.post(f"/workflows/{workflow_id}/runs", params={"wait": 61}, json={})).status_code == 422


ANSWERS = {"format": 1, "name": "Answers", "nodes": [{"id": "tell", "type": "core.respond@1", "config": {"output": 1}}]}


async def test_a_wait_answers_as_soon_as_the_run_has_answered(api: Installation) -> None:
    workflow_id = await api.workflow(ANSWERS)
    api.engine.answer = {"output": 1, "status": 200, "headers": {}}
    headers = {"Idempotency-Key": "k"}
    first = await api.mine.post(f"/workflows/{workflow_id}/runs", params={"wait": 20}, json={}, headers=headers)
    assert first.status_code == 200 and first.json()["response"] == api.engine.answer and first.json()["status"] == "running"
    again = await api.mine.post(f"/workflows/{workflow_id}/runs", params={"wait": 20}, json={}, headers=headers)
    assert again.status_code == 200 and again.json() == first.json() and len(api.engine.started) == 1
    without = await api.mine.post(f"/workflows/{workflow_id}/runs", json={})
    assert without.status_code == 202 and without.json()["response"] is None and api.engine.waited == [20, 20]


async def test_an_answer_that_does_not_come_in_time_is_found_in_the_record(api: Installation) -> None:
    workflow_id = await api.workflow(ANSWERS)
    late = await api.mine.post(f"/workflows/{workflow_id}/runs", params={"wait": 1}, json={})
    assert late.status_code == 202 and late.json()["response"] is None
    run_id = late.json()["id"]
    told = {"output": 1, "status": 200, "headers": {}}
    await api.engine.end(record(run_id, api.workspace_id, response=told))
    assert (await api.mine.get(f"/runs/{run_id}")).json()["response"] == told


async def test_a_run_is_accepted_while_temporal_is_away(api: Installation) -> None:
    api.engine.is_away = True
    run = await api.run(await api.workflow())
    assert run["status"] == "queued"
    cancelled = await api.mine.post(f"/runs/{run['id']}/cancel")
    assert cancelled.status_code == 503 and cancelled.headers["retry-after"]


async def test_nothing_published_is_a_conflict_and_the_draft_can_be_run(api: Installation) -> None:
    workflow_id = await api.workflow(publish=False)
    refused = await api.mine.post(f"/workflows/{workflow_id}/runs", json={})
    assert refused.status_code == 409 and api.engine.started == []
    run = await api.run(workflow_id, {"version": "draft"})
    assert run["version"] is None


async def test_a_version_is_chosen_by_its_number(api: Installation) -> None:
    workflow_id = await api.workflow()
    await api.mine.put(f"/workflows/{workflow_id}", json={"definition": {**NOOP, "input": SCHEMA}})
    await api.mine.post(f"/workflows/{workflow_id}/publish")
    assert (await api.run(workflow_id, {"version": 1}))["version"] == 1
    assert (await api.run(workflow_id, {"input": {"order_id": "1"}}))["version"] == 2
    assert (await api.mine.post(f"/workflows/{workflow_id}/runs", json={"version": 9})).status_code == 404


async def test_a_draft_with_errors_is_not_run(api: Installation) -> None:
    workflow_id = await api.workflow({**NOOP, "nodes": []}, publish=False)
    answer = await api.mine.post(f"/workflows/{workflow_id}/runs", json={"version": "draft"})
    assert answer.status_code == 422 and answer.json()["findings"][0]["code"] == "no_nodes"
    assert api.engine.started == []


async def test_the_input_is_held_against_the_schema(api: Installation) -> None:
    workflow_id = await api.workflow({**NOOP, "input": SCHEMA})
    for wrong in ({}, {"order_id": 7}, {"order_id": "seven"}):
        answer = await api.mine.post(f"/workflows/{workflow_id}/runs", json={"input": wrong})
        assert answer.status_code == 422 and "input" in answer.json()["detail"], wrong
    assert api.engine.started == []
    await api.run(workflow_id, {"input": {"order_id": "7"}})


async def test_a_schema_fetches_nothing_and_does_not_run_for_ever(api: Installation) -> None:
    for schema in ({"$ref": "http://169.254.169.254/schema"}, {"$ref": "#"}, {"properties": {"a": {"pattern": "(a+)+$"}}}):
        workflow_id = await api.workflow({**NOOP, "input": schema})
        async with asyncio.timeout(5):
            answer = await api.mine.post(f"/workflows/{workflow_id}/runs", json={"input": {"a": "a" * 50 + "!"}})
        assert answer.status_code == 422, schema


CALL = {"format": 1, "name": "Call", "nodes": [{"id": "one", "type": "core.http_request@1", "config": {"url": "https://x.example"}}]}


async def test_a_run_is_started_with_the_options_that_were_asked_for(api: Installation) -> None:
    asked = {"mocks": {"one": {"output": 1}}, "dry_run": True, "stop_after": "one"}
    run = await api.run(await api.workflow(CALL), asked)
    [payload] = api.engine.payloads
    assert payload is not None and payload.options.to_json() == asked
    assert run["dry_run"] is True
    async with api.services.database.read() as connection:
        kept = await store.start_payload(connection, run["id"])
    assert kept == payload
    begin = run_start(kept, "")
    assert (begin.mocks, begin.dry_run, begin.stop_after) == (asked["mocks"], True, "one")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"mocks": {"nobody": {"output": 1}}}, "/mocks/nobody"),
        ({"mocks": {"one": {"outputs": 1}}}, "/mocks/one"),
        ({"stop_after": "nobody"}, "/stop_after"),
    ],
)
async def test_a_wrong_option_is_refused_with_its_place(api: Installation, body: dict[str, Any], pointer: str) -> None:
    answer = await api.mine.post(f"/workflows/{await api.workflow(CALL)}/runs", json=body)
    assert answer.status_code == 422 and answer.json()["fields"][0]["pointer"] == pointer
    assert api.engine.started == []


async def test_a_repeat_with_the_same_key_answers_with_the_first_run(api: Installation) -> None:
    workflow_id = await api.workflow()
    first = await api.run(workflow_id, {"input": {"a": 1}}, **{"Idempotency-Key": "k"})
    again = await api.run(workflow_id, {"input": {"a": 1}}, **{"Idempotency-Key": "k"})
    assert again["id"] == first["id"] and api.engine.started == [first["id"]]
    changed = await api.mine.post(f"/workflows/{workflow_id}/runs", json={"input": {"a": 2}}, headers={"Idempotency-Key": "k"})
    assert changed.status_code == 409


async def test_a_repeat_after_a_publish_still_answers_with_the_first_run(api: Installation) -> None:
    workflow_id = await api.workflow()
    first = await api.run(workflow_id, {"input": {}}, **{"Idempotency-Key": "k"})
    await api.mine.put(f"/workflows/{workflow_id}", json={"definition": {**NOOP, "description": "2"}})
    await api.mine.post(f"/workflows/{workflow_id}/publish")
    assert (await api.run(workflow_id, {"input": {}}, **{"Idempotency-Key": "k"}))["id"] == first["id"]


async def test_fifty_requests_at_once_with_one_key_begin_one_run(api: Installation) -> None:
    workflow_id = await api.workflow()
    found = await asyncio.gather(*(api.run(workflow_id, {"input": {"a": 1}}, **{"Idempotency-Key": "once"}) for _ in range(50)))
    assert len({run["id"] for run in found}) == 1 and len(api.engine.started) == 1


async def pages(api: Installation, run_id: str, limit: int) -> list[list[str]]:
    """The keys of all pages of a run's node rows."""
    found: list[list[str]] = []
    cursor = None
    while True:
        page = (await api.mine.get(f"/runs/{run_id}/nodes", params={"limit": limit} | ({"cursor": cursor} if cursor else {}))).json()
        found.append([row["key"] for row in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def test_node_rows_are_live_while_the_run_lasts_and_recorded_after(api: Installation) -> None:
    run = await api.run(await api.workflow())
    api.engine.live[run["id"]] = [node_row("one", "running"), node_row("two", "pending", started_at=None)]
    assert await pages(api, run["id"], 1) == [["one"], ["two"]]
    await api.end(run["id"])
    recorded = (await api.mine.get(f"/runs/{run['id']}/nodes")).json()["items"]
    assert recorded == [node_row("one")]


async def test_live_rows_and_recorded_ones_are_one_list_in_the_order_of_start(api: Installation) -> None:
    nodes = [{"id": one, "type": "core.noop@1"} for one in ("b", "a", "c", "d")]
    run = await api.run(await api.workflow({**NOOP, "nodes": nodes}))
    recorded = [node_row("c", "running"), node_row("each#1"), node_row("each#0", "running"), node_row("in_batch#7")]
    await api.engine.end(record(run["id"], api.workspace_id, nodes=recorded, order=[0, 2, 1, 10_003_500]))
    api.engine.live[run["id"]] = [
        node_row("c"), node_row("each#1", "running"), node_row("each#2", "running"),
        node_row("b", "pending", started_at=None), node_row("a", "pending", started_at=None),
    ]  # fmt: skip
    everything = ["c", "each#0", "each#1", "each#2", "in_batch#7", "b", "a"]
    for limit in (1, 2, 3, 200):
        assert [key for page in await pages(api, run["id"], limit) for key in page] == everything, limit
    rows = (await api.mine.get(f"/runs/{run['id']}/nodes")).json()["items"]
    statuses = {row["key"]: row["status"] for row in rows}
    assert statuses["c"] == "succeeded", "the live row is newer than a recorded one that has not ended"
    assert statuses["each#1"] == "succeeded", "a recorded end stands"


async def test_recorded_rows_are_shown_while_temporal_is_away(api: Installation) -> None:
    run = await api.run(await api.workflow())
    rows = [node_row(f"n{place}") for place in range(5)]
    await api.engine.end(record(run["id"], api.workspace_id, nodes=rows, order=list(range(5))))
    api.engine.is_away = True
    seen: list[str] = []
    cursor = None
    while True:
        page = (await api.mine.get(f"/runs/{run['id']}/nodes", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [row["key"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"n{place}" for place in range(5)]


async def test_cancel_asks_an_open_run_and_leaves_an_ended_one_alone(api: Installation) -> None:
    run = await api.run(await api.workflow())
    assert (await api.mine.post(f"/runs/{run['id']}/cancel")).status_code == 202
    assert api.engine.cancelled == [run["id"]]
    await api.end(run["id"])
    ended = await api.mine.post(f"/runs/{run['id']}/cancel")
    assert ended.status_code == 202 and ended.json()["status"] == "succeeded" and api.engine.cancelled == [run["id"]]


async def test_runs_are_listed_newest_first_by_pages_and_filters(api: Installation) -> None:
    one, two = await api.workflow(), await api.workflow({**NOOP, "name": "Billing"})
    made = [(await api.run(workflow_id))["id"] for workflow_id in (one, two, one, two, one)]
    await api.end(made[0], "failed")
    seen: list[str] = []
    cursor = None
    while True:
        page = (await api.mine.get("/runs", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [run["id"] for run in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]
    now = datetime.now(UTC)
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"workflow": two}, {made[1], made[3]}),
        ({"status": "failed"}, {made[0]}),
        ({"trigger": "api"}, set(made)),
        ({"trigger": "webhook"}, set()),
        ({"from": (now - timedelta(hours=1)).isoformat()}, set(made)),
        ({"to": (now - timedelta(hours=1)).isoformat()}, set()),
        ({"text": "billing"}, {made[1], made[3]}),
        ({"workflow": one, "status": "failed"}, {made[0]}),
    ]
    for query, expected in cases:
        assert {run["id"] for run in (await api.mine.get("/runs", params=query)).json()["items"]} == expected, query
    for wrong in ({"status": "broken"}, {"limit": 0}, {"limit": 201}, {"from": "yesterday"}, {"cursor": "nonsense"}):
        assert (await api.mine.get("/runs", params=wrong)).status_code == 422, wrong


async def test_a_time_without_a_zone_is_understood_as_utc(api: Installation) -> None:
    run = await api.run(await api.workflow())
    naive = datetime.fromisoformat(run["created_at"]).astimezone(UTC).replace(tzinfo=None)
    before, after = (naive - timedelta(seconds=1)).isoformat(), (naive + timedelta(seconds=1)).isoformat()
    assert len((await api.mine.get("/runs", params={"from": before, "to": after})).json()["items"]) == 1
