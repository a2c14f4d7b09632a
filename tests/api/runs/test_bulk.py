"""Many runs at once, by a filter: counted first, then told, page by page."""

from typing import Any

from tests.api.failures.test_failure_routes import failed
from tests.api.installation import Installation


async def bulk(api: Installation, **body: Any) -> dict[str, Any]:
    answer = await api.mine.post("/runs/bulk", json=body)
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_preview_counts_and_does_nothing(api: Installation) -> None:
    workflow_id = await api.workflow()
    runs = [(await api.run(workflow_id))["id"] for _ in range(3)]
    told = await bulk(api, action="cancel", filter={"workflow": workflow_id})
    assert (told["count"], set(told["sample"]), told["done"]) == (3, set(runs), [])
    assert api.engine.cancelled == []


async def test_open_runs_are_cancelled_page_by_page(api: Installation) -> None:
    workflow_id = await api.workflow()
    runs = [(await api.run(workflow_id))["id"] for _ in range(5)]
    await api.end(runs[0])
    asked = {"action": "cancel", "filter": {"workflow": workflow_id}, "preview": False, "limit": 3}
    first = await bulk(api, **asked)
    assert len(first["done"]) == 3 and first["next"] == first["done"][-1]
    second = await bulk(api, **asked, cursor=first["next"])
    assert second["next"] is None and set(api.engine.cancelled) == set(runs[1:])


async def test_failed_runs_are_repeated_once_however_often_it_is_asked(api: Installation) -> None:
    workflow_id = await api.workflow()
    ids = {await failed(api, workflow_id, f"order {number} is unknown") for number in range(3)}
    [entry] = (await api.mine.get("/failures")).json()["items"]
    asked = {
        "action": "rerun",
        "filter": {"fingerprint": entry["fingerprint"]},
        "rerun": {"from": "start", "definition": "latest"},
        "preview": False,
    }
    first, second = await bulk(api, **asked), await bulk(api, **asked)
    assert len(set(first["done"])) == 3 and first["done"] == second["done"]
    parents = {(await api.mine.get(f"/runs/{run_id}")).json()["parent_run_id"] for run_id in first["done"]}
    assert parents == ids


async def test_what_cannot_be_done_to_a_run_is_said_of_it_and_the_others_go_on(api: Installation) -> None:
    workflow_id = await api.workflow()
    done = (await api.run(workflow_id))["id"]
    await api.end(done)
    told = await bulk(api, action="rerun", filter={"workflow": workflow_id}, preview=False)
    assert told["done"] == [] and told["failed"][0]["run_id"] == done and "nothing in it has failed" in told["failed"][0]["reason"]


async def test_a_status_that_does_not_fit_the_action_is_refused(api: Installation) -> None:
    answer = await api.mine.post("/runs/bulk", json={"action": "cancel", "filter": {"status": ["failed"]}})
    assert answer.status_code == 422
