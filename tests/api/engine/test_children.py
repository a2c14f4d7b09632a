"""Child runs: through the door, once, with their caller, and refused by name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from api.engine.children import Asked, begin_child, child_activities
from api.engine.crossing import Crossing
from api.engine.starting import run_start
from api.store import follow_ups, runs
from interpreter.protocol import ChildStart
from tests.api.installation import NOOP, Installation

ONCE = datetime(2026, 1, 2, tzinfo=UTC)
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


async def parent_of(api: Installation, **body: Any) -> str:
    run = await api.run(await api.workflow({**NOOP, "name": "Parent"}), body)
    run_id: str = run["id"]
    return run_id


def asked(api: Installation, run_id: str, workflow: str, **more: Any) -> ChildStart:
    told: dict[str, Any] = {"key": "call#3", "version": None, "input": {}, "wait": True, "depth": 1, **more}
    return ChildStart(run_id=run_id, workspace_id=api.workspace_id, workflow=workflow, **told)


async def begun(api: Installation, told: ChildStart, by: str | None = None, at: datetime = ONCE) -> str:
    return await begin_child(api.services.database, api.services.published, api.engine, Crossing(api.services.values), told, Asked(by or told.run_id, at))


async def test_a_child_has_a_record_of_its_own_that_names_its_caller(api: Installation) -> None:
    parent, workflow_id = await parent_of(api), await api.workflow({**NOOP, "name": "Child"})
    child = await begun(api, asked(api, parent, "Child", input={"n": 1}, dry_run=True))
    shown = (await api.mine.get(f"/runs/{child}")).json()
    assert shown["workflow_id"] == workflow_id and shown["input"] == {"n": 1} and shown["dry_run"] is True
    assert shown["caller"] == {"run_id": parent, "key": "call#3"} and shown["parent_run_id"] is None
    assert (shown["trigger"]["kind"], shown["trigger"]["name"]) == ("workflow", "Parent")
    async with api.services.database.read() as connection:
        payload = await runs.start_payload(connection, child)
    assert payload is not None and payload == api.engine.payloads[-1]
    begin = run_start(payload, "")
    assert (begin.caller, begin.depth, begin.dry_run) == ({"run_id": parent, "key": "call#3"}, 1, True)


async def test_a_detached_child_has_nobody_to_tell(api: Installation) -> None:
    parent, workflow_id = await parent_of(api), await api.workflow()
    child = await begun(api, asked(api, parent, workflow_id, wait=False))
    payload = api.engine.payloads[-1]
    assert payload is not None and run_start(payload, "").caller is None
    assert (await api.mine.get(f"/runs/{child}")).json()["caller"] == {"run_id": parent, "key": "call#3"}


async def test_a_repeated_start_gives_the_same_child_and_starts_it_if_nobody_has(api: Installation) -> None:
    parent, workflow_id = await parent_of(api), await api.workflow()
    api.engine.is_away = True
    first = await begun(api, asked(api, parent, workflow_id))
    api.engine.is_away = False
    assert await begun(api, asked(api, parent, workflow_id)) == first
    assert api.engine.started.count(first) == 2, "the first start has not reached Temporal"
    assert await begun(api, asked(api, parent, workflow_id)) == first
    assert api.engine.started.count(first) == 2
    assert await begun(api, asked(api, parent, workflow_id, key="call#4")) != first


async def test_a_repeated_start_finds_the_child_of_a_workflow_that_has_gone(api: Installation) -> None:
    parent, workflow_id = await parent_of(api), await api.workflow({**NOOP, "name": "Child"})
    first = await begun(api, asked(api, parent, "Child"))
    await api.mine.delete(f"/workflows/{workflow_id}")
    assert await begun(api, asked(api, parent, "Child")) == first
    await api.end(first)
    assert await begun(api, asked(api, parent, "Child")) == first


async def test_an_instance_that_is_tried_again_gets_another_child_once_the_first_has_ended(api: Installation) -> None:
    parent, workflow_id = await parent_of(api), await api.workflow()
    told, later = asked(api, parent, workflow_id), ONCE + timedelta(seconds=1)
    first = await begun(api, told)
    assert await begun(api, told, at=later) == first
    await api.end(first, "failed")
    second = await begun(api, told, at=later)
    assert second != first and await begun(api, told, at=later) == second
    await api.end(second)
    assert await begun(api, told, at=later) == second


async def test_the_temporal_workflow_that_waits_may_be_the_batch_of_a_map(api: Installation) -> None:
    parent, workflow_id = await parent_of(api), await api.workflow()
    child = await begun(api, asked(api, parent, workflow_id), by=f"{parent}:each:0")
    assert (await api.mine.get(f"/runs/{child}")).json()["caller"] == {"run_id": parent, "key": "call#3"}
    await api.end(child)
    async with api.services.database.read() as connection:
        [due] = await follow_ups.due(connection, 10)
    assert due.waiting_caller == (f"{parent}:each:0", "call#3")


async def test_a_member_can_not_take_the_key_of_a_child(api: Installation) -> None:
    headers = {"Idempotency-Key": "child·a·b".encode()}
    answer = await api.mine.post(f"/workflows/{await api.workflow()}/runs", json={}, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 422


async def test_a_version_is_pinned_by_its_number(api: Installation) -> None:
    parent, workflow_id = await parent_of(api), await api.workflow()
    await api.mine.put(f"/workflows/{workflow_id}", json={"definition": {**NOOP, "description": "2"}})
    await api.mine.post(f"/workflows/{workflow_id}/publish")
    pinned = await begun(api, asked(api, parent, workflow_id, version=1))
    newest = await begun(api, asked(api, parent, workflow_id, key="other"))
    versions = [(await api.mine.get(f"/runs/{run_id}")).json()["version"] for run_id in (pinned, newest)]
    assert versions == [1, 2]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"workflow": "nobody"}, "UnknownWorkflow"),
        ({"workflow": "Twice"}, "UnknownWorkflow"),
        ({"workflow": "Theirs"}, "UnknownWorkflow"),
        ({"workflow": "Draft"}, "NotPublished"),
        ({"workflow": "Typed", "version": 9}, "NotPublished"),
        ({"workflow": "Typed", "input": {"n": "one"}}, "InvalidInput"),
        ({"workflow": "Typed", "input": [1]}, "InvalidInput"),
        ({"workflow": "Typed", "input": {"n": 1}, "depth": 11}, "TooDeep"),
    ],
)
async def test_a_child_that_may_not_begin_is_refused_by_name_and_for_good(api: Installation, more: dict[str, Any], name: str) -> None:
    parent = await parent_of(api)
    for workflow_name in ("Twice", "Twice"):
        await api.workflow({**NOOP, "name": workflow_name})
    await api.workflow({**NOOP, "name": "Draft"}, publish=False)
    await api.workflow({**NOOP, "name": "Typed", "input": SCHEMA})
    await api.theirs.post("/workflows", json={"definition": {**NOOP, "name": "Theirs"}})
    [start_child, _] = child_activities(api.services.database, api.services.published, api.engine, Crossing(api.services.values))
    with pytest.raises(ApplicationError) as refused:
        await ActivityEnvironment().run(start_child, asked(api, parent, **more))
    assert (refused.value.type, refused.value.non_retryable) == (name, True)
    detail = refused.value.details[0]
    assert detail["hint"] and detail["retryable"] is False
    if name == "InvalidInput" and isinstance(more["input"], dict):
        assert detail["details"]["fields"][0]["field"] == "input.n"
    assert len(api.engine.started) == 1


async def test_a_child_is_cancelled_once_and_an_ended_one_is_left_alone(api: Installation) -> None:
    parent, workflow_id = await parent_of(api), await api.workflow()
    child = await begun(api, asked(api, parent, workflow_id))
    [_, cancel_child] = child_activities(api.services.database, api.services.published, api.engine, Crossing(api.services.values))
    told = {"run_id": child, "workspace_id": api.workspace_id}
    await ActivityEnvironment().run(cancel_child, told)
    assert api.engine.cancelled == [child]
    await api.end(child)
    await ActivityEnvironment().run(cancel_child, told)
    await ActivityEnvironment().run(cancel_child, {**told, "workspace_id": api.other_workspace_id})
    assert api.engine.cancelled == [child]


async def test_a_second_request_to_cancel_is_known_as_one(api: Installation) -> None:
    run_id = await parent_of(api)
    asked_before = []
    for _ in range(3):
        async with api.services.database.write() as connection:
            asked_before.append(await runs.request_cancel(connection, api.workspace_id, run_id))
    assert asked_before == [False, True, True]
