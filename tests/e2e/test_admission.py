"""Concurrency limits through the whole product: the ledger sees how many runs really go on at a time."""

import itertools
from typing import Any

import pytest

from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine
_numbers = itertools.count()


def limited(ledger: Ledger, **concurrency: Any) -> tuple[dict[str, Any], str]:
    key = f"admission-{next(_numbers)}"
    url = f"{ledger.url}?key={key}"
    call = {"id": "call", "type": "core.http_request@1", "config": {"method": "POST", "url": url}}
    return {"nodes": [call], "settings": {"concurrency": concurrency}}, key


def most_at_once(ledger: Ledger, key: str) -> int:
    calls = ledger.calls[key]
    return max(sum(one.begun <= other.begun < one.ended for one in calls) for other in calls)


def test_never_more_runs_than_the_limit_go_on_and_all_of_them_end(product: RunningProduct, ledger: Ledger) -> None:
    definition, key = limited(ledger, limit=2)
    workflow_id = product.published(definition)
    ledger.delay = 0.2
    try:
        begun = [product.start_run(workflow_id)["id"] for _ in range(8)]
        ends = [product.ended(run_id, 60)["status"] for run_id in begun]
    finally:
        ledger.delay = 0.0
    assert ends == ["succeeded"] * 8
    assert len(ledger.calls[key]) == 8 and most_at_once(ledger, key) <= 2


def test_a_run_that_waits_says_for_what_and_is_cancelled_at_once(product: RunningProduct, ledger: Ledger) -> None:
    definition, key = limited(ledger, limit=1, key="{{ input.customer }}")
    workflow_id = product.published(definition)
    ledger.hold(key)
    first = product.start_run(workflow_id, {"customer": "a"})
    ledger.wait_for(key)
    waits = product.start_run(workflow_id, {"customer": "a"})
    other = product.start_run(workflow_id, {"customer": "b"})
    shown = product.run(waits["id"])
    assert (shown["status"], shown["queued_for"]) == ("queued", {"reason": "key_limit", "before": 0})
    assert product.http.post(f"/runs/{waits['id']}/cancel").status_code == 202
    assert product.ended(waits["id"], 5)["status"] == "cancelled"
    ledger.let_go(key)
    assert {product.ended(one["id"])["status"] for one in (first, other)} == {"succeeded"}
    assert len(ledger.calls[key]) == 2


def test_skip_and_coalesce_and_cancel_older_do_what_they_say(product: RunningProduct, ledger: Ledger) -> None:
    for policy in ("skip", "coalesce", "cancel_older"):
        definition, key = limited(ledger, limit=1, policy=policy)
        workflow_id = product.published(definition)
        ledger.hold(key)
        first = product.start_run(workflow_id, {"n": 1})["id"]
        ledger.wait_for(key)
        second = product.start_run(workflow_id, {"n": 2})["id"]
        third = product.start_run(workflow_id, {"n": 3})["id"]
        if policy == "cancel_older":
            assert product.ended(first, 30)["status"] == "cancelled"
        ledger.let_go(key)
        ends = [product.ended(one, 30) for one in (first, second, third)]
        if policy == "skip":
            assert [one["status"] for one in ends] == ["succeeded", "cancelled", "cancelled"]
            assert ends[1]["error"]["name"] == "Skipped"
        elif policy == "coalesce":
            assert second == third and ends[1]["input"] == {"n": 3}
            assert [one["status"] for one in ends] == ["succeeded"] * 3
        else:
            assert [one["status"] for one in ends] == ["cancelled", "cancelled", "succeeded"]
            assert ends[1]["error"]["name"] == "Superseded"


def test_a_key_that_cannot_be_rendered_refuses_the_run(product: RunningProduct, ledger: Ledger) -> None:
    definition, _ = limited(ledger, limit=1, key="{{ input.customer }}")
    workflow_id = product.published(definition)
    answer = product.http.post(f"/workflows/{workflow_id}/runs", json={"input": {}})
    assert answer.status_code == 422 and "settings.concurrency.key" in answer.json()["detail"]


def test_a_business_key_is_shown_with_the_run(product: RunningProduct) -> None:
    noop = {"id": "one", "type": "core.noop@1"}
    workflow_id = product.published({"nodes": [noop], "settings": {"business_key": "order {{ input.id }}"}})
    assert product.start_run(workflow_id, {"id": 4711}, wait=20)["business_key"] == "order 4711"
