"""The failures of a workspace: grouped, decided on, and back when they happen again."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.api.installation import Installation


async def failed(api: Installation, workflow_id: str, message: str, name: str = "HttpError") -> str:
    run_id: str = (await api.run(workflow_id))["id"]
    error = {"name": name, "message": message, "node_id": "one", "key": "one", "attempts": 1, "retryable": False}
    await api.end(run_id, "failed", error=error)
    return run_id


async def listed(api: Installation, **params: Any) -> list[dict[str, Any]]:
    answer = await api.mine.get("/failures", params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_the_same_failures_are_one_entry_with_a_count_and_the_last_run(api: Installation) -> None:
    workflow_id = await api.workflow()
    await failed(api, workflow_id, "order 4711 is unknown")
    last = await failed(api, workflow_id, "order 9 is unknown")
    other = await failed(api, workflow_id, "not allowed", "AccessDenied")
    done = await api.run(workflow_id)
    await api.end(done["id"])
    entries = {entry["count"]: entry for entry in await listed(api)}
    assert {count: entry["run_id"] for count, entry in entries.items()} in ({2: last, 1: other}, {2: entries[2]["run_id"], 1: other})
    assert (entries[2]["state"], entries[2]["error"]["name"], entries[2]["workflow_id"]) == ("open", "HttpError", workflow_id)
    runs = (await api.mine.get("/runs", params={"fingerprint": entries[2]["fingerprint"]})).json()["items"]
    assert len(runs) == 2 and {run["status"] for run in runs} == {"failed"}
    assert (entries[2]["days"], len(entries[1]["days"])) == ([0] * 14, 14), "the fixture's runs ended long ago"
    assert await listed(api, workflow="wf_other") == []
    assert (await api.theirs.get("/failures")).json()["items"] == []


async def test_a_failure_that_was_resolved_comes_back_with_the_next_run_that_fails_so(api: Installation) -> None:
    workflow_id = await api.workflow()
    await failed(api, workflow_id, "it broke")
    [entry] = await listed(api)
    address = f"/failures/{entry['fingerprint']}"
    resolved = await api.mine.post(f"{address}/resolve")
    assert (resolved.json()["state"], resolved.json()["by"]) == ("resolved", "test key")
    assert await listed(api) == [] and len(await listed(api, state="resolved")) == 1
    run_id = (await api.run(workflow_id))["id"]
    error = {**entry["error"]}
    await api.end(run_id, "failed", error=error, ended_at="2999-01-01T00:00:00.000Z")
    [again] = await listed(api)
    assert (again["state"], again["count"]) == ("came_back", 2)


async def test_a_failure_that_is_ignored_stays_away_until_it_is_opened_again(api: Installation) -> None:
    workflow_id = await api.workflow()
    await failed(api, workflow_id, "it broke")
    [entry] = await listed(api)
    address = f"/failures/{entry['fingerprint']}"
    assert (await api.theirs.post(f"{address}/ignore")).status_code == 404
    await api.mine.post(f"{address}/ignore")
    await failed(api, workflow_id, "it broke")
    assert await listed(api) == []
    await api.mine.post(f"{address}/reopen")
    assert [one["count"] for one in await listed(api)] == [2]


async def test_the_last_fourteen_days_are_counted_each_by_itself(api: Installation) -> None:
    workflow_id = await api.workflow()
    now = datetime.now(UTC)
    midday = now.replace(hour=12)
    for days, times in ((0, 1), (1, 3), (13, 2), (20, 1)):
        for _ in range(times):
            run_id = (await api.run(workflow_id))["id"]
            error = {"name": "X", "message": "it broke", "node_id": "one", "key": "one", "attempts": 1, "retryable": False}
            ended = min(now, midday - timedelta(days=days))
            await api.end(run_id, "failed", error=error, ended_at=ended.isoformat())
    [entry] = await listed(api)
    assert (entry["count"], entry["days"]) == (7, [2, *[0] * 11, 3, 1])
    assert (await api.mine.get(f"/failures/{entry['fingerprint']}")).json()["days"] == entry["days"]


async def test_pages_follow_each_other(api: Installation) -> None:
    workflow_id = await api.workflow()
    for name in ("A", "B", "C"):
        await failed(api, workflow_id, "it broke", name)
    seen, cursor = [], None
    for _ in range(3):
        answer = (await api.mine.get("/failures", params={"limit": 1, **({"cursor": cursor} if cursor else {})})).json()
        seen += [one["error"]["name"] for one in answer["items"]]
        cursor = answer["next_cursor"]
    assert sorted(seen) == ["A", "B", "C"] and cursor is None
