"""The result cache's side of the API: only for open runs of the workspace, as long as it was asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any

from api.store import results
from api.store.results import StoredResult
from tests.api.installation import Installation

HOUR = 3_600_000


def asked(api: Installation, run_id: str, **more: Any) -> dict[str, Any]:
    return {"workspace_id": api.workspace_id, "run_id": run_id, "digest": "a" * 64, "credential": None, **more}


async def test_a_result_is_found_until_it_is_too_old_or_forgotten(api: Installation) -> None:
    workflow_id = await api.workflow()
    run_id = (await api.run(workflow_id))["id"]
    kept = await api.worker.post("/results", json=asked(api, run_id, text='{"n": 1}', ttl_ms=HOUR))
    assert kept.status_code == 200, kept.text
    found = (await api.worker.post("/results/find", json=asked(api, run_id, age_ms=HOUR))).json()
    assert found["text"] == '{"n": 1}' and found["cached_at"].endswith("Z")
    assert (await api.worker.post("/results/find", json=asked(api, run_id, age_ms=0))).json() == {}
    assert (await api.mine.delete(f"/workflows/{workflow_id}/cache")).status_code == 204
    assert (await api.worker.post("/results/find", json=asked(api, run_id, age_ms=HOUR))).json() == {}


async def test_a_run_of_another_workspace_and_one_that_has_ended_get_nothing(api: Installation) -> None:
    run_id = (await api.run(await api.workflow()))["id"]
    await api.worker.post("/results", json=asked(api, run_id, text="1", ttl_ms=HOUR))
    other = await api.worker.post("/results/find", json={**asked(api, run_id, age_ms=HOUR), "workspace_id": api.other_workspace_id})
    assert other.status_code == 403
    await api.end(run_id)
    assert (await api.worker.post("/results/find", json=asked(api, run_id, age_ms=HOUR))).status_code == 403


async def test_nobody_but_a_worker_is_answered(api: Installation) -> None:
    run_id = (await api.run(await api.workflow()))["id"]
    answer = await api.client("x", "/internal/v1").post("/results/find", json=asked(api, run_id))
    assert answer.status_code == 401


async def test_what_is_stored_is_sealed(api: Installation) -> None:
    run_id = (await api.run(await api.workflow()))["id"]
    await api.worker.post("/results", json=asked(api, run_id, text='"canary"', ttl_ms=HOUR))
    now = datetime.now(UTC)
    async with api.services.database.read() as connection:
        row = await results.find(connection, api.workspace_id, "a" * 64, now - timedelta(hours=1), now)
    assert row is not None and "canary" not in row.sealed


async def test_the_oldest_results_give_way_when_a_workspace_has_too_many(api: Installation, monkeypatch: Any) -> None:
    monkeypatch.setattr(results, "MOST_BYTES", 25)
    now = datetime.now(UTC)
    async with api.services.database.write() as connection:
        for number in range(4):
            stored = StoredResult("x" * 10, "k", now + timedelta(seconds=number))
            await results.keep(connection, api.workspace_id, "wf", f"d{number}", stored, now + timedelta(hours=1))
        found = [await results.find(connection, api.workspace_id, f"d{number}", now, now) for number in range(4)]
        await results.forget_expired(connection, now + timedelta(hours=2))
        left = await results.find(connection, api.workspace_id, "d3", now, now)
    assert [one is not None for one in found] == [False, False, True, True] and left is None
