"""F15 and F25: the same request many times at once, and a workflow that is changed or deleted while it runs."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine


def definition(ledger: Ledger, key: str) -> dict[str, object]:
    nodes = [
        {"id": one, "type": "core.http_request@1", "config": {"method": "GET", "url": f"{ledger.url}?key={key}-{one}"}}
        for one in ("first", "second")
    ]
    return {"nodes": nodes, "edges": [{"source": "first", "target": "second"}]}


def test_f15_fifty_equal_requests_at_once_begin_one_run(calm_product: RunningProduct, calm_ledger: Ledger) -> None:
    workflow_id = calm_product.published(definition(calm_ledger, "f15"))

    def ask(_: int) -> str:
        with httpx.Client(base_url=calm_product.http.base_url, headers=calm_product.http.headers, timeout=60) as http:
            answer = http.post(f"/workflows/{workflow_id}/runs", json={"input": {}}, headers={"Idempotency-Key": "f15"})
        assert answer.is_success, answer.text
        run_id: str = answer.json()["id"]
        return run_id

    with ThreadPoolExecutor(25) as pool:
        ids = set(pool.map(ask, range(50)))
    assert len(ids) == 1 and calm_product.ended(ids.pop())["status"] == "succeeded"
    assert len(calm_ledger.calls["f15-first"]) == 1


@pytest.mark.parametrize("change", ["edited", "deleted"])
def test_f25_a_run_follows_the_version_that_it_began_with(
    calm_product: RunningProduct, calm_ledger: Ledger, change: str
) -> None:
    key = f"f25-{change}"
    workflow_id = calm_product.published(definition(calm_ledger, key))
    calm_ledger.hold(f"{key}-first")
    run = calm_product.start_run(workflow_id)
    calm_ledger.wait_for(f"{key}-first")
    if change == "edited":
        other = {"format": 1, "name": "other", "nodes": [{"id": "none", "type": "core.noop@1"}]}
        assert calm_product.http.put(f"/workflows/{workflow_id}", json={"definition": other}).is_success
        assert calm_product.http.post(f"/workflows/{workflow_id}/publish").is_success
    else:
        assert calm_product.http.delete(f"/workflows/{workflow_id}").is_success
    calm_ledger.let_go(f"{key}-first")
    ended = calm_product.ended(run["id"])
    assert (ended["status"], ended["version"], list(ended["output"])) == ("succeeded", 1, ["second"])
