"""Rules that tell of failures: an ordinary workflow is run, once for each run that the rule is about."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from api.engine.crossing import Crossing
from api.engine.following_up import FollowUps
from tests.api.databases import END
from tests.api.engine.test_following_up import ERROR, FakeTemporal, due, started_by
from tests.api.installation import NOOP, Installation


@pytest.fixture
def following(api: Installation) -> FollowUps:
    client: Any = FakeTemporal()
    return FollowUps(api.services.database, api.services.published, api.engine, lambda: client, Crossing(api.services.values), "https://here.example/")


async def rule(api: Installation, **more: Any) -> dict[str, Any]:
    answer = await api.mine.post("/notification-rules", json={"name": "Tell us", **more})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def failed(api: Installation, workflow_id: str, status: str = "failed", minutes: int = 0) -> str:
    run_id = str((await api.run(workflow_id))["id"])
    ended = datetime.fromisoformat(END) + timedelta(minutes=minutes)
    await api.end(run_id, status, error=ERROR, ended_at=ended.isoformat())
    return run_id


async def test_a_rule_runs_its_workflow_with_the_failure_once(api: Installation, following: FollowUps) -> None:
    tells, failing = await api.workflow({**NOOP, "name": "Tell"}), await api.workflow({**NOOP, "name": "Failing"})
    made = await rule(api, run="Tell")
    run_id = await failed(api, failing)
    [told] = await started_by(api, following, run_id)
    assert (told["workflow_id"], told["input"]["rule"], told["input"]["run"]["id"]) == (tells, {"id": made["id"], "name": "Tell us"}, run_id)
    assert told["input"]["failure"]["url"].startswith("https://here.example/runs?fingerprint=") and told["input"]["error"] == ERROR
    assert await started_by(api, following, run_id) == [] and await due(api) == []
    await api.end(told["id"], "failed", error=ERROR)
    assert await started_by(api, following, told["id"]) == [], "what tells of failures is not told of itself"


async def test_rules_tell_of_the_workflows_and_ends_that_they_name(api: Installation, following: FollowUps) -> None:
    tells, one, two = [await api.workflow({**NOOP, "name": name}) for name in ("Tell", "One", "Two")]
    await rule(api, run=tells, name="of one", workflows=[one])
    await rule(api, run=tells, name="late ones", statuses=["timed_out"])
    paused = await rule(api, run=tells, name="paused", paused=True)

    async def names(run_id: str) -> list[str]:
        return [run["input"]["rule"]["name"] for run in await started_by(api, following, run_id)]

    assert await names(await failed(api, one)) == ["of one"]
    assert await names(await failed(api, two)) == []
    assert await names(await failed(api, one, "timed_out")) == ["of one", "late ones"]
    changed = {name: value for name, value in paused.items() if name != "id"} | {"paused": False}
    assert (await api.mine.put(f"/notification-rules/{paused['id']}", json=changed)).json()["paused"] is False
    assert await names(await failed(api, two)) == ["paused"]
    assert (await api.mine.delete(f"/notification-rules/{paused['id']}")).status_code == 204
    assert await names(await failed(api, two)) == []
    assert (await api.theirs.get("/notification-rules")).json()["items"] == []


async def test_the_same_failure_is_told_again_only_after_the_quiet_time(api: Installation, following: FollowUps) -> None:
    tells, failing = await api.workflow({**NOOP, "name": "Tell"}), await api.workflow({**NOOP, "name": "Failing"})
    await rule(api, run=tells, quiet_minutes=30)
    told = [len(await started_by(api, following, await failed(api, failing, minutes=minutes))) for minutes in (0, 10, 35, 80)]
    assert told == [1, 0, 0, 1], "each failure begins the quiet time anew"


async def test_a_rule_goes_on_beside_the_other_settings(api: Installation) -> None:
    tells = await api.workflow({**NOOP, "name": "Tell"})
    await rule(api, run=tells)
    await api.mine.put("/workspaces/current/settings", json={"error_workflow": tells})
    await api.mine.put("/workspaces/current/retention", json={"days": 3})
    assert len((await api.mine.get("/notification-rules")).json()["items"]) == 1
    await api.mine.put("/workspaces/current/settings", json={})
    assert (await api.mine.get("/workspaces/current/settings")).json() == {"error_workflow": None}
    assert len((await api.mine.get("/notification-rules")).json()["items"]) == 1
    assert (await api.mine.get("/workspaces/current/retention")).json() == {"days": 3}


@pytest.mark.parametrize(
    ("body", "field"),
    [({"run": "nobody"}, "run"), ({"run": "Draft"}, "run"), ({"run": "Tell", "workflows": ["wf_nobody"]}, "workflows.0"), ({"run": "Tell", "quiet_minutes": -1}, "quiet_minutes"), ({"run": "Tell", "statuses": []}, "statuses")],
)  # fmt: skip
async def test_a_rule_that_could_not_tell_is_refused_with_its_field(api: Installation, body: dict[str, Any], field: str) -> None:
    await api.workflow({**NOOP, "name": "Tell"})
    await api.workflow({**NOOP, "name": "Draft"}, publish=False)
    answer = await api.mine.post("/notification-rules", json={"name": "x", **body})
    assert answer.status_code == 422 and field in answer.json()["detail"], answer.text
    assert (await api.mine.get("/notification-rules")).json()["items"] == []
    assert (await api.mine.delete("/notification-rules/ntf_nobody")).status_code == 404
