"""Pins of a draft: kept beside it, taken by its runs, unknown to what is published."""

from typing import Any

import pytest

from tests.api.installation import Installation

CALLS: dict[str, Any] = {
    "format": 1,
    "name": "Order sync",
    "nodes": [
        {"id": "fetch", "type": "core.http_request@1", "config": {"url": "https://x.example"}},
        {"id": "tell", "type": "core.http_request@1", "config": {"url": "https://x.example"}},
        {"id": "made", "type": "core.set@1"},
    ],
}


async def test_pins_are_kept_beside_the_draft_and_replaced_as_a_whole(api: Installation) -> None:
    workflow_id = await api.workflow(CALLS)
    assert (await api.mine.get(f"/workflows/{workflow_id}")).json()["pins"] == {}
    for pins in ({"fetch": {"body": {"n": 1}}, "tell": None}, {"tell": [1]}, {}):
        answer = await api.mine.put(f"/workflows/{workflow_id}/pins", json=pins)
        assert answer.status_code == 200 and answer.json() == {"pins": pins}
        shown = (await api.mine.get(f"/workflows/{workflow_id}")).json()
        assert shown["pins"] == pins and "pins" not in shown["definition"] and shown["draft_revision"] == 1


@pytest.mark.parametrize(("pins", "pointer"), [({"gone": 1}, "/gone"), ({"made": 1}, "/made")])
async def test_a_pin_of_a_node_that_can_have_none_is_refused(api: Installation, pins: dict[str, Any], pointer: str) -> None:
    workflow_id = await api.workflow(CALLS)
    answer = await api.mine.put(f"/workflows/{workflow_id}/pins", json=pins)
    assert answer.status_code == 422 and answer.json()["fields"][0]["pointer"] == pointer
    assert (await api.mine.get(f"/workflows/{workflow_id}")).json()["pins"] == {}


async def test_pins_belong_to_their_workspace(api: Installation) -> None:
    workflow_id = await api.workflow(CALLS)
    assert (await api.theirs.put(f"/workflows/{workflow_id}/pins", json={})).status_code == 404


async def test_runs_of_the_draft_take_the_pins_as_mocks_and_others_do_not(api: Installation) -> None:
    workflow_id = await api.workflow(CALLS)
    await api.mine.put(f"/workflows/{workflow_id}/pins", json={"fetch": {"n": 1}, "tell": 2})
    await api.run(workflow_id, {"version": "draft", "mocks": {"tell": {"output": "asked"}}})
    await api.run(workflow_id)
    draft, published = [payload.options.mocks for payload in api.engine.payloads if payload is not None]
    assert draft == {"fetch": {"output": {"n": 1}}, "tell": {"output": "asked"}}
    assert published == {}


async def test_a_pin_of_a_node_that_has_gone_does_nothing(api: Installation) -> None:
    workflow_id = await api.workflow(CALLS)
    await api.mine.put(f"/workflows/{workflow_id}/pins", json={"fetch": 1})
    changed = {**CALLS, "nodes": CALLS["nodes"][1:]}
    await api.mine.put(f"/workflows/{workflow_id}", json={"definition": changed})
    await api.run(workflow_id, {"version": "draft"})
    [payload] = api.engine.payloads
    assert payload is not None and payload.options.mocks == {}
