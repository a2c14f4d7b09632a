"""Workflows over HTTP: drafts, findings, versions."""

from typing import Any

import pytest

from tests.api.installation import NOOP, Installation

BROKEN = {"format": 1, "name": "Broken", "nodes": [{"id": "a", "type": "core.noop@1"}], "edges": [{"source": "a", "target": "a"}]}


async def test_a_workflow_is_created_read_and_saved_again(api: Installation) -> None:
    created = await api.mine.post("/workflows", json={"definition": NOOP})
    assert created.status_code == 201
    made = created.json()
    assert made["id"].startswith("wf_") and made["name"] == "Order sync" and made["findings"] == []
    assert (made["draft_revision"], made["published_version"], made["definition"]) == (1, None, NOOP)
    got = await api.mine.get(f"/workflows/{made['id']}")
    assert got.status_code == 200 and got.json() == made
    changed = {**NOOP, "name": "Order sync 2"}
    saved = await api.mine.put(f"/workflows/{made['id']}", json={"definition": changed, "draft_revision": 1})
    assert saved.status_code == 200
    assert (saved.json()["name"], saved.json()["draft_revision"], saved.json()["definition"]) == ("Order sync 2", 2, changed)


async def test_a_stale_draft_is_refused_with_the_current_one(api: Installation) -> None:
    workflow_id = await api.workflow(publish=False)
    newer = {**NOOP, "description": "newer"}
    assert (await api.mine.put(f"/workflows/{workflow_id}", json={"definition": newer, "draft_revision": 1})).status_code == 200
    stale = await api.mine.put(f"/workflows/{workflow_id}", json={"definition": NOOP, "draft_revision": 1})
    assert stale.status_code == 409 and stale.json()["code"] == "stale_draft"
    assert stale.json()["draft"]["draft_revision"] == 2 and stale.json()["draft"]["definition"] == newer
    assert (await api.mine.get(f"/workflows/{workflow_id}")).json()["definition"] == newer


async def test_a_draft_with_findings_is_saved_and_not_published(api: Installation) -> None:
    created = await api.mine.post("/workflows", json={"definition": BROKEN})
    assert created.status_code == 201
    assert "self_loop" in [finding["code"] for finding in created.json()["findings"]]
    answer = await api.mine.post(f"/workflows/{created.json()['id']}/publish")
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    [finding] = [one for one in answer.json()["findings"] if one["code"] == "self_loop"]
    assert finding["severity"] == "error" and finding["path"].startswith("/edges/0")


async def test_publishing_freezes_versions_that_a_later_draft_does_not_touch(api: Installation) -> None:
    workflow_id = await api.workflow()
    later = {**NOOP, "description": "later"}
    await api.mine.put(f"/workflows/{workflow_id}", json={"definition": later})
    second = await api.mine.post(f"/workflows/{workflow_id}/publish")
    assert second.status_code == 200 and second.json()["version"] == 2 and second.json()["published_at"].endswith("Z")
    listed = (await api.mine.get(f"/workflows/{workflow_id}/versions")).json()["items"]
    assert [one["version"] for one in listed] == [2, 1]
    assert (await api.mine.get(f"/workflows/{workflow_id}/versions/1")).json()["definition"] == NOOP
    assert (await api.mine.get(f"/workflows/{workflow_id}/versions/2")).json()["definition"] == later
    assert (await api.mine.get(f"/workflows/{workflow_id}")).json()["published_version"] == 2
    assert (await api.mine.get(f"/workflows/{workflow_id}/versions/3")).status_code == 404


async def test_a_difference_names_nodes_edges_and_fields(api: Installation) -> None:
    workflow_id = await api.workflow()
    nodes = [{"id": "one", "type": "core.noop@1", "note": "seen"}, {"id": "two", "type": "core.noop@1"}]
    after = {**NOOP, "description": "now two", "nodes": nodes, "edges": [{"source": "one", "target": "two"}]}
    await api.mine.put(f"/workflows/{workflow_id}", json={"definition": after})
    await api.mine.post(f"/workflows/{workflow_id}/publish")
    answer = await api.mine.get(f"/workflows/{workflow_id}/diff", params={"from": 1, "to": 2})
    assert answer.status_code == 200
    found = answer.json()
    assert [node["id"] for node in found["nodes"]["added"]] == ["two"] and found["nodes"]["removed"] == []
    assert found["nodes"]["changed"] == [{"id": "one", "changes": [{"path": "/note", "before": None, "after": "seen"}]}]
    assert found["edges"]["added"] == [{"source": "one", "target": "two"}]
    assert {"path": "/description", "before": None, "after": "now two"} in found["rest"]
    assert (await api.mine.get(f"/workflows/{workflow_id}/diff", params={"from": 1, "to": 9})).status_code == 404


async def test_a_deleted_workflow_is_gone_and_its_runs_stay(api: Installation) -> None:
    workflow_id = await api.workflow()
    run = await api.run(workflow_id)
    assert (await api.mine.delete(f"/workflows/{workflow_id}")).status_code == 204
    assert (await api.mine.get(f"/workflows/{workflow_id}")).status_code == 404
    assert (await api.mine.delete(f"/workflows/{workflow_id}")).status_code == 404
    assert (await api.mine.post(f"/workflows/{workflow_id}/runs", json={})).status_code == 404
    assert (await api.mine.get("/workflows")).json()["items"] == []
    assert (await api.mine.get(f"/runs/{run['id']}")).status_code == 200


async def test_validating_stores_nothing_and_answers_findings(api: Installation) -> None:
    answer = await api.mine.post("/workflows/validate", json=BROKEN)
    assert answer.status_code == 200 and "self_loop" in [one["code"] for one in answer.json()["findings"]]
    assert (await api.mine.post("/workflows/validate", json=NOOP)).json() == {"findings": []}
    assert (await api.mine.get("/workflows")).json()["items"] == []


async def test_a_credential_that_is_not_there_yet_is_a_warning(api: Installation) -> None:
    node = {"id": "get", "type": "core.http_request@1", "credential": "shop", "config": {"method": "GET", "url": "https://shop.example"}}
    definition = {**NOOP, "nodes": [node]}
    [finding] = (await api.mine.post("/workflows/validate", json=definition)).json()["findings"]
    assert (finding["code"], finding["severity"], finding["node_id"]) == ("credential_missing", "warning", "get")
    await api.theirs.post("/credentials", json={"name": "shop", "kind": "bearer", "data": {"token": "t"}})
    assert len((await api.mine.post("/workflows/validate", json=definition)).json()["findings"]) == 1
    await api.mine.post("/credentials", json={"name": "shop", "kind": "bearer", "data": {"token": "t"}})
    assert (await api.mine.post("/workflows/validate", json=definition)).json()["findings"] == []


@pytest.mark.parametrize("names", [["b", "A", "c", "Ä", "a", "ä", "Zoë", "z", "日本", "a"]])
async def test_a_list_of_workflows_is_paged_without_gaps_or_repeats(api: Installation, names: list[str]) -> None:
    made = {await api.workflow({**NOOP, "name": name}, publish=False) for name in names}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query: dict[str, Any] = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = (await api.mine.get("/workflows", params=query)).json()
        assert len(page["items"]) <= 1
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) and set(seen) == made


async def test_a_list_of_workflows_is_searched_by_name(api: Installation) -> None:
    wanted = await api.workflow({**NOOP, "name": "100% Billing_run"}, publish=False)
    await api.workflow({**NOOP, "name": "Other"}, publish=False)
    for text in ("billing_", "0% b", "%"):
        assert [one["id"] for one in (await api.mine.get("/workflows", params={"text": text})).json()["items"]] == [wanted]


async def test_a_strange_schema_of_the_input_is_a_finding(api: Installation) -> None:
    for schema in ({"type": "nonsense"}, {"properties": []}, {"properties": {"a": {"pattern": "(a+)\\1(?=b)"}}}):
        found = (await api.mine.post("/workflows/validate", json={**NOOP, "input": schema})).json()["findings"]
        assert [one["severity"] for one in found] == ["error"] and found[0]["path"].startswith("/input"), schema


@pytest.mark.parametrize(
    "body",
    [{}, {"definition": None}, {"definition": []}, {"definition": "x"}, {"definition": NOOP, "workspace_id": "x"}, {"definition": NOOP, "version": 3}],
)
async def test_a_body_with_another_shape_is_refused(api: Installation, body: Any) -> None:
    answer = await api.mine.post("/workflows", json=body)
    assert answer.status_code == 422 and answer.json()["code"] == "invalid_request"


async def test_the_schema_of_an_event_or_a_form_is_checked_before_anybody_answers(api: Installation) -> None:
    nodes = [
        {"id": "event", "type": "core.wait_for_event@1", "config": {"schema": {"type": "nothing"}}},
        {"id": "ask", "type": "core.approval@1", "config": {"form": {"properties": {"a": {"pattern": "("}}}}},
        {"id": "fine", "type": "core.wait_for_event@1", "config": {"schema": {"type": "object"}}},
    ]
    answer = await api.mine.post("/workflows/validate", json={"format": 1, "name": "Waits", "nodes": nodes})
    found = [(one["node_id"], one["path"]) for one in answer.json()["findings"] if one["severity"] == "error"]
    assert found == [("event", "/nodes/0/config/schema/type"), ("ask", "/nodes/1/config/form/properties/a/pattern")]
