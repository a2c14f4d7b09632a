"""Plans for workers: by hash, and only of the named workspace."""

from interpreter.plan import plan_hash
from tests.api.installation import Installation


async def test_a_worker_gets_a_plan_by_its_hash(api: Installation) -> None:
    run = await api.run(await api.workflow())
    payload = api.engine.payloads[-1]
    assert payload is not None and payload.run_id == run["id"]
    answer = await api.worker.get(f"/plans/{payload.plan_hash}", params={"workspace_id": api.workspace_id})
    assert answer.status_code == 200 and plan_hash(answer.text) == payload.plan_hash
    other = await api.worker.get(f"/plans/{payload.plan_hash}", params={"workspace_id": api.other_workspace_id})
    assert other.status_code == 404
