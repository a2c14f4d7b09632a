"""Settings of a workspace: kept, replaced, and nobody else's."""

import pytest

from tests.api.installation import Installation

ADDRESS = "/workspaces/current/settings"


async def test_the_error_workflow_of_a_workspace_is_kept_and_taken_away(api: Installation) -> None:
    workflow_id = await api.workflow()
    assert (await api.mine.get(ADDRESS)).json() == {"error_workflow": None}
    for named in (workflow_id, "Order sync", None):
        answer = await api.mine.put(ADDRESS, json={"error_workflow": named})
        assert answer.status_code == 200 and answer.json() == {"error_workflow": named}, answer.text
        assert (await api.mine.get(ADDRESS)).json() == {"error_workflow": named}
        assert (await api.theirs.get(ADDRESS)).json() == {"error_workflow": None}


@pytest.mark.parametrize("named", ["nobody", "Twice", "", 7])
async def test_a_workflow_that_is_not_exactly_one_is_refused(api: Installation, named: object) -> None:
    for _ in range(2):
        await api.workflow({"format": 1, "name": "Twice", "nodes": []}, publish=False)
    assert (await api.mine.put(ADDRESS, json={"error_workflow": named})).status_code == 422


async def test_a_workflow_of_another_workspace_is_refused(api: Installation) -> None:
    assert (await api.theirs.put(ADDRESS, json={"error_workflow": await api.workflow()})).status_code == 422
