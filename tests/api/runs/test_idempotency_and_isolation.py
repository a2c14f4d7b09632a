"""One key is one run; one workspace sees nothing of another."""

import asyncio
import itertools

from tests.api.installation import Installation


async def test_fifty_equal_requests_at_once_are_one_run(api: Installation) -> None:
    workflow_id = await api.workflow()
    answers = await asyncio.gather(
        *(api.mine.post(f"/workflows/{workflow_id}/runs", json={}, headers={"Idempotency-Key": "once"}) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(api.engine.started) == 1


async def test_the_same_key_with_another_request_is_a_conflict(api: Installation) -> None:
    workflow_id = await api.workflow()
    first = await api.run(workflow_id, {"input": {"a": 1}}, **{"Idempotency-Key": "k"})
    again = await api.run(workflow_id, {"input": {"a": 1}}, **{"Idempotency-Key": "k"})
    assert first["id"] == again["id"]
    other = await api.mine.post(f"/workflows/{workflow_id}/runs", json={"input": {"a": 2}}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 409 and other.json()["run_id"] == first["id"]


async def test_a_run_is_accepted_while_temporal_is_away_and_waits_in_the_database(api: Installation) -> None:
    api.engine.is_away = True
    run = await api.run(await api.workflow())
    assert run["status"] == "queued"
    refused = await api.mine.post(f"/runs/{run['id']}/cancel")
    assert refused.status_code == 503 and refused.json()["code"] == "temporal_away"


async def test_another_workspaces_ids_answer_like_ids_that_do_not_exist(api: Installation) -> None:
    workflow_id = await api.workflow()
    run = await api.run(workflow_id)
    credential = await api.mine.post("/credentials", json={"name": "c", "kind": "bearer", "data": {"token": "secret"}})
    body = {"definition": {"format": 1, "name": "x", "nodes": []}}
    put = {"name": "c", "kind": "bearer", "data": {"token": "other"}}
    calls = [
        ("GET", "/workflows/{}", workflow_id, None),
        ("PUT", "/workflows/{}", workflow_id, body),
        ("DELETE", "/workflows/{}", workflow_id, None),
        ("POST", "/workflows/{}/publish", workflow_id, None),
        ("GET", "/workflows/{}/versions", workflow_id, None),
        ("GET", "/workflows/{}/versions/1", workflow_id, None),
        ("GET", "/workflows/{}/diff?from=1&to=1", workflow_id, None),
        ("POST", "/workflows/{}/runs", workflow_id, {}),
        ("GET", "/runs/{}", run["id"], None),
        ("GET", "/runs/{}/nodes", run["id"], None),
        ("GET", "/runs/{}/events", run["id"], None),
        ("GET", "/runs/{}/files/" + "a" * 64, run["id"], None),
        ("POST", "/runs/{}/cancel", run["id"], None),
        ("GET", "/credentials/{}", credential.json()["id"], None),
        ("PUT", "/credentials/{}", credential.json()["id"], put),
        ("DELETE", "/credentials/{}", credential.json()["id"], None),
    ]
    for method, path, real, sent in calls:
        theirs = await api.theirs.request(method, path.format(real), json=sent)
        nobodys = await api.theirs.request(method, path.format("nobody"), json=sent)
        assert theirs.status_code == 404, (method, path)
        assert theirs.content == nobodys.content, (method, path)
    for path, parameters in itertools.product(("/workflows", "/runs", "/credentials"), ({}, {"text": "o"})):
        assert (await api.theirs.get(path, params=parameters)).json()["items"] == []
    assert (await api.mine.get(f"/workflows/{workflow_id}")).status_code == 200
