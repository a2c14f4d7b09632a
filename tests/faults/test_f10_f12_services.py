"""F10 to F12: a service that is not there, asks to wait, breaks, or refuses."""

import time
from typing import Any

import pytest

from tests.ledger import Ledger
from tests.ports import free_port
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine
QUICK = {"max_attempts": 4, "initial_interval": "100ms", "jitter": "none"}


def run_of(product: RunningProduct, url: str, **more: Any) -> dict[str, Any]:
    node = {"id": "call", "type": "core.http_request@1", "config": {"method": "GET", "url": url}, **more}
    return product.ended(product.start_run(product.published({"nodes": [node]}))["id"])


def test_f10_a_service_that_is_not_there_is_tried_as_often_as_may_be_and_named(calm_product: RunningProduct) -> None:
    port = free_port(19_900)
    run = run_of(calm_product, f"http://127.0.0.1:{port}/", retry=QUICK)
    assert (run["error"]["name"], run["error"]["attempts"]) == ("ConnectionFailed", 4)
    assert f"127.0.0.1:{port}" in str(run["error"])


def test_f11_the_next_try_keeps_the_time_that_the_service_asks_for(calm_product: RunningProduct, calm_ledger: Ledger) -> None:
    calm_ledger.refused["f11-wait"], calm_ledger.refusals["f11-wait"] = 429, 1
    calm_ledger.retry_after["f11-wait"] = "3"
    run = run_of(calm_product, f"{calm_ledger.url}?key=f11-wait", retry=QUICK)
    first, second = calm_ledger.calls["f11-wait"]
    assert run["status"] == "succeeded" and 3 <= second.begun - first.ended <= 6


def test_f11_a_service_that_breaks_a_few_times_is_tried_again_and_one_that_always_does_says_so(
    calm_product: RunningProduct, calm_ledger: Ledger
) -> None:
    calm_ledger.refused |= {"f11-thrice": 503, "f11-ever": 500}
    calm_ledger.refusals["f11-thrice"] = 3
    run = run_of(calm_product, f"{calm_ledger.url}?key=f11-thrice", retry=QUICK)
    [row] = calm_product.nodes(run["id"])
    assert (run["status"], row["attempt"]) == ("succeeded", 4)
    run = run_of(calm_product, f"{calm_ledger.url}?key=f11-ever", retry=QUICK)
    assert (run["status"], run["error"]["name"], run["error"]["attempts"]) == ("failed", "ServerError", 4)
    assert len(calm_ledger.calls["f11-ever"]) == 4


@pytest.mark.parametrize(("status", "name"), [(403, "AccessDenied"), (404, "NotFound"), (422, "HttpError")])
def test_f12_a_refusal_is_final_after_one_attempt_and_at_once(
    calm_product: RunningProduct, calm_ledger: Ledger, status: int, name: str
) -> None:
    calm_ledger.refused[f"f12-{status}"] = status
    begun = time.monotonic()
    run = run_of(calm_product, f"{calm_ledger.url}?key=f12-{status}", retry=QUICK)
    assert (run["error"]["name"], run["error"]["attempts"], len(calm_ledger.calls[f"f12-{status}"])) == (name, 1, 1)
    assert time.monotonic() - begun <= 2 * 3
