"""The filters of the list as query parameters, and filters that people save."""

from typing import Any

import pytest

from tests.api.installation import NOOP, Installation


async def ids(api: Installation, **params: Any) -> list[str]:
    answer = await api.mine.get("/runs", params=params)
    assert answer.status_code == 200, answer.text
    return [run["id"] for run in answer.json()["items"]]


async def test_each_filter_of_the_address_narrows_the_list(api: Installation) -> None:
    keyed = {**NOOP, "settings": {"business_key": "order {{ input.id }}"}}
    workflow_id = await api.workflow(keyed)
    done = (await api.run(workflow_id, {"input": {"id": 1}}))["id"]
    other = (await api.run(workflow_id, {"input": {"id": 2}}))["id"]
    await api.end(done)
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"status": "succeeded"}, [done]),
        ({"status": "succeeded,running"}, [other, done]),
        ({"status": ["succeeded", "failed"]}, [done]),
        ({"business_key": "order 2"}, [other]),
        ({"text": "order 1"}, [done]),
        ({"version": 1, "max_seconds": 5}, [done]),
        ({"version": "draft"}, []),
        ({"min_seconds": 2}, []),
        ({"workflow": workflow_id, "trigger": "api"}, [other, done]),
    ]
    for params, expected in cases:
        assert await ids(api, **params) == expected, params


@pytest.mark.parametrize("params", [{"status": "done"}, {"version": 0}, {"version": "x"}, {"min_seconds": -1}, {"nobody": 1}])
async def test_a_filter_that_makes_no_sense_is_refused(api: Installation, params: dict[str, Any]) -> None:
    assert (await api.mine.get("/runs", params=params)).status_code == 422


async def test_a_saved_filter_is_listed_changed_and_removed_by_its_workspace(api: Installation) -> None:
    body = {"name": "Nightly failures", "query": {"status": ["failed"], "trigger": "schedule", "text": "418"}}
    made = await api.mine.post("/run-filters", json=body)
    assert made.status_code == 201, made.text
    saved = made.json()
    assert saved["query"] == body["query"]
    assert (await api.mine.post("/run-filters", json=body)).status_code == 409
    assert (await api.mine.get("/run-filters")).json()["items"] == [saved]
    assert (await api.theirs.get("/run-filters")).json()["items"] == []
    address = f"/run-filters/{saved['id']}"
    assert (await api.theirs.put(address, json=body)).status_code == 404
    changed = await api.mine.put(address, json={"name": "Slow", "query": {"min_seconds": 60}})
    assert (changed.status_code, changed.json()["query"]) == (200, {"min_seconds": 60.0})
    assert (await api.mine.put(address, json={"name": "Slow", "query": {"nobody": 1}})).status_code == 422
    assert (await api.theirs.delete(address)).status_code == 404
    assert (await api.mine.delete(address)).status_code == 204
    assert (await api.mine.get("/run-filters")).json()["items"] == []
