"""The result cache through the whole product."""

import pytest

from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine


def test_a_second_run_takes_the_result_of_the_first_until_it_is_forgotten(product: RunningProduct, ledger: Ledger) -> None:
    url = f"{ledger.url}?key=cached-{{{{ input.n }}}}"
    call = {"id": "call", "type": "core.http_request@1", "config": {"method": "GET", "url": url}, "cache": {"ttl": "10m"}}
    workflow_id = product.published({"nodes": [call]})
    first, second, _other = [product.ended(product.start_run(workflow_id, {"n": n})["id"]) for n in (1, 1, 2)]
    assert first["output"] == second["output"]
    assert [len(ledger.calls[f"cached-{n}"]) for n in (1, 2)] == [1, 1]
    [one], [two] = product.nodes(first["id"]), product.nodes(second["id"])
    assert one["cached_at"] is None and two["cached_at"] is not None
    assert product.http.delete(f"/workflows/{workflow_id}/cache").status_code == 204
    product.ended(product.start_run(workflow_id, {"n": 1})["id"])
    assert len(ledger.calls["cached-1"]) == 2
