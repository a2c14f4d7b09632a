"""Credentials over HTTP: in they go, and never out again, but on lease to a worker with the run's grant."""

import pytest

from tests.api.installation import Installation

SECRET = "CANARY-0a9b8c7d"
BEARER = {"name": "shop", "kind": "bearer", "data": {"token": SECRET}, "hosts": ["API.Shop.example."]}


def with_credential(name: str) -> dict[str, object]:
    node = {"id": "a", "type": "core.http_request@1", "config": {"url": "http://x.example"}, "credential": name}
    return {"format": 1, "name": "uses a credential", "nodes": [node]}


async def test_a_credential_is_made_listed_replaced_and_deleted_without_its_secret(api: Installation) -> None:
    made = await api.mine.post("/credentials", json=BEARER)
    assert made.status_code == 201 and made.json()["hosts"] == ["api.shop.example"]
    path = f"/credentials/{made.json()['id']}"
    replaced = await api.mine.put(path, json={**BEARER, "data": {"token": f"{SECRET}-2"}})
    answers = [made, replaced, await api.mine.get(path), await api.mine.get("/credentials")]
    assert [one.status_code for one in answers] == [201, 200, 200, 200]
    assert all(SECRET not in one.text for one in answers)
    assert (await api.mine.delete(path)).status_code == 204
    assert (await api.mine.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "nothing"}, "kind"),
        ({"data": {}}, "data.token"),
        ({"data": {"token": SECRET, "more": "x"}}, "data.more"),
        ({"data": {"token": 1}}, "data.token"),
        ({"data": {"token": f"{SECRET}\r\nX: 1"}}, "data.token"),
        ({"name": ""}, "name"),
        ({"hosts": ["https://x.example"]}, "hosts"),
        ({"id": "cred_x"}, "id"),
    ],
)
async def test_what_is_wrong_is_named_by_its_field_and_shows_no_secret(
    api: Installation, change: dict[str, object], field: str
) -> None:
    answer = await api.mine.post("/credentials", json={**BEARER, **change})
    assert answer.status_code == 422 and field in answer.json()["detail"]
    assert SECRET not in answer.text


async def test_a_name_is_used_once_in_a_workspace(api: Installation) -> None:
    assert (await api.mine.post("/credentials", json=BEARER)).status_code == 201
    assert (await api.mine.post("/credentials", json=BEARER)).status_code == 409
    assert (await api.theirs.post("/credentials", json=BEARER)).status_code == 201


async def test_a_missing_credential_is_a_warning_until_it_is_put_in(api: Installation) -> None:
    found = (await api.mine.post("/workflows/validate", json=with_credential("shop"))).json()["findings"]
    assert [(one["code"], one["severity"], one["path"]) for one in found] == [("credential_missing", "warning", "/nodes/0/credential")]
    await api.mine.post("/credentials", json=BEARER)
    assert (await api.mine.post("/workflows/validate", json=with_credential("shop"))).json()["findings"] == []


async def test_every_kind_says_what_it_holds(api: Installation) -> None:
    kinds = (await api.mine.get("/credential-kinds")).json()["items"]
    assert {kind["id"]: kind["data_schema"]["required"] for kind in kinds} == {
        "bearer": ["token"], "basic": ["username", "password"], "header": ["name", "value"], "query": ["name", "value"],
    }  # fmt: skip


async def test_a_lease_needs_token_grant_and_an_open_run(api: Installation) -> None:
    await api.mine.post("/credentials", json=BEARER)
    run = await api.run(await api.workflow(with_credential("shop")))
    grant = api.engine.sign_grant(api.workspace_id, run["id"], ["shop"])
    asked = {"grant": grant, "run_id": run["id"], "key": "a", "credential": "shop"}
    lease = await api.worker.post("/leases", json=asked)
    assert lease.status_code == 200
    assert (lease.json()["data"], lease.json()["hosts"]) == ({"token": SECRET}, ["api.shop.example"])
    for wrong in (
        {**asked, "grant": ""},
        {**asked, "grant": grant[:-4] + "AAA="},
        {**asked, "grant": api.engine.sign_grant(api.workspace_id, run["id"], ["other"])},
        {**asked, "grant": api.engine.sign_grant(api.other_workspace_id, run["id"], ["shop"])},
        {**asked, "run_id": f"{api.workspace_id}-other"},
        {**asked, "credential": "another"},
    ):
        refused = await api.worker.post("/leases", json=wrong)
        assert refused.status_code == 403 and SECRET not in refused.text, wrong
    await api.end(run["id"])
    assert (await api.worker.post("/leases", json=asked)).status_code == 403


async def test_a_credential_that_was_deleted_is_said_to_be_unknown(api: Installation) -> None:
    run = await api.run(await api.workflow(with_credential("shop")))
    grant = api.engine.sign_grant(api.workspace_id, run["id"], ["shop"])
    answer = await api.worker.post("/leases", json={"grant": grant, "run_id": run["id"], "key": "a", "credential": "shop"})
    assert answer.status_code == 404 and answer.json()["code"] == "unknown_credential"
