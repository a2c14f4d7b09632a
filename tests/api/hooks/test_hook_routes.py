"""The one-time addresses: open to whoever knows them, for events of one run, and told of nothing else."""

import pytest

from activities.kit.keys import KeyRing
from api.engine.resume_tokens import resume_token, resume_url, run_of_resume_token
from interpreter.protocol import ANSWER_UPDATE, Answer
from tests.api.databases import END, node_row, record
from tests.api.installation import Installation

WAITS = {
    "format": 1,
    "name": "Waits",
    "nodes": [
        {"id": "event", "type": "core.wait_for_event@1", "config": {"schema": {"type": ["object", "null"]}}},
        {"id": "ask", "type": "core.approval@1"},
    ],
}


def ring_of(api: Installation) -> KeyRing:
    return KeyRing.from_settings(api.services.settings)


async def waiting(api: Installation) -> tuple[str, str]:
    """The id of a run, and the path of its address."""
    run = await api.run(await api.workflow(WAITS))
    return run["id"], resume_url(ring_of(api), run["id"], "")


async def test_whoever_knows_the_address_sends_the_event(api: Installation) -> None:
    _, path = await waiting(api)
    anybody = api.client(None, "")
    assert (await anybody.post(f"{path}/event", json={"n": 1})).status_code == 202
    assert (await anybody.post(f"{path}/event")).status_code == 202
    assert api.engine.told == [
        (ANSWER_UPDATE, Answer("event", "link", {"n": 1}), None),
        (ANSWER_UPDATE, Answer("event", "link", None), None),
    ]


async def test_the_address_decides_no_approval_and_knows_no_other_node(api: Installation) -> None:
    _, path = await waiting(api)
    anybody = api.client(None, "")
    assert (await anybody.post(f"{path}/ask", json={"decision": "approve"})).status_code == 409
    assert (await anybody.post(f"{path}/nobody", json={})).status_code == 404
    assert (await anybody.post(f"{path}/event", json=[1])).status_code == 422
    assert (await anybody.post(f"{path}/event", content=b"{")).status_code == 422
    assert (await anybody.post(f"{path}/event", content=b" " * 9_000_000)).status_code == 413
    assert api.engine.told == []


async def test_a_second_use_is_refused_without_telling_what_the_first_one_said(api: Installation) -> None:
    run_id, path = await waiting(api)
    await api.engine.end(record(run_id, api.workspace_id, nodes=[node_row("event", output={"secret": 1})], order=[0]))
    api.engine.refusal = "WaitClosed"
    again = await api.client(None, "").post(f"{path}/event", json={})
    assert again.status_code == 409 and "secret" not in again.text
    await api.engine.end(record(run_id, api.workspace_id, status="succeeded", ended_at=END))
    late = await api.client(None, "").post(f"{path}/event", json={})
    assert late.status_code == 409 and "secret" not in late.text


async def test_a_token_is_good_for_its_run_and_can_not_be_made_up(api: Installation) -> None:
    run_id, path = await waiting(api)
    other = await api.run(await api.workflow(WAITS))
    token = resume_token(ring_of(api), run_id)
    signature = token.rpartition(".")[2]
    forged = [f"{other['id']}.{signature}", f"{run_id}.", f"{run_id}.{signature[:-2]}", run_id, f".{signature}", "x", "%2e", f"{run_id}.ö"]
    for one in forged:
        assert (await api.client(None, "").post(f"/hooks/resume/{one}/event", json={})).status_code == 404, one
    assert (await api.client(None, "").get(f"{path}/event")).status_code in (404, 405)
    assert run_of_resume_token(ring_of(api), token) == run_id


@pytest.mark.parametrize("run_id", ["", "ws-1"])
async def test_a_token_of_no_run_opens_nothing(api: Installation, run_id: str) -> None:
    token = resume_token(ring_of(api), run_id)
    assert (await api.client(None, "").post(f"/hooks/resume/{token}/event", json={})).status_code == 404
