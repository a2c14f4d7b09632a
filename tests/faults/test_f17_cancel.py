"""F17: a cancel in every state ends the run within 15 seconds, starts nothing new, and lets the clean-up run once."""

import time
from typing import Any

import pytest

from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine
CANCEL_SECONDS = 15


@pytest.fixture
def ledger(calm_ledger: Ledger) -> Ledger:
    return calm_ledger


@pytest.fixture
def product(calm_product: RunningProduct) -> RunningProduct:
    return calm_product


def call(ledger: Ledger, node_id: str, key: str, **more: Any) -> dict[str, Any]:
    config = {"method": "GET", "url": f"{ledger.url}?key={key}"}
    return {"id": node_id, "type": "core.http_request@1", "config": config, **more}


def body(ledger: Ledger, product: RunningProduct, state: str) -> list[dict[str, Any]]:
    """The nodes in which the run is when it is cancelled."""
    if state == "call":
        return [call(ledger, "busy", "cancel-call")]
    if state == "back-off":
        retry = {"max_attempts": 5, "initial_interval": "10m", "jitter": "none"}
        return [call(ledger, "busy", "cancel-back-off", retry=retry)]
    if state == "fan-out":
        each = {"id": "busy", "type": "core.map@1", "config": {"items": "{{ [1..30] }}", "concurrency": 10}}
        return [each, call(ledger, "one", "cancel-fan-out", parent="busy")]
    if state == "child":
        child = product.published({"nodes": [call(ledger, "one", "cancel-child")]})
        return [{"id": "busy", "type": "core.run_workflow@1", "config": {"workflow": child}}]
    kinds: dict[str, Any] = {"sleep": {"duration": "1h"}, "approval": {"title": "May it?"}}
    kind = {"sleep": "wait", "approval": "approval"}[state]
    return [{"id": "busy", "type": f"core.{kind}@1", "config": kinds[state]}]


@pytest.mark.parametrize("state", ["call", "back-off", "fan-out", "child", "sleep", "approval"])
def test_a_cancel_ends_the_run_in_time_and_cleans_up_once(product: RunningProduct, ledger: Ledger, state: str) -> None:
    key = f"cancel-{state}"
    held = state in ("call", "fan-out", "child")
    if held:
        ledger.hold(key)
    if state == "back-off":
        ledger.refused[key] = 503
    inner = [{**node, "parent": node.get("parent", "all")} for node in body(ledger, product, state)]
    nodes = [
        {"id": "all", "type": "core.try@1"},
        *inner,
        {"id": "final", "type": "core.finally@1", "parent": "all"},
        call(ledger, "tidy", f"tidy-{state}", parent="final"),
        call(ledger, "after", f"after-{state}"),
    ]
    run = product.start_run(product.published({"nodes": nodes, "edges": [{"source": "all", "target": "after"}]}))
    if state in ("sleep", "approval"):
        product.until(lambda: product.run(run["id"])["status"] == "waiting", "the run waits")
    else:
        ledger.wait_for(key)
    if state == "back-off":
        rows = lambda: {row["key"]: row["status"] for row in product.nodes(run["id"])}  # noqa: E731
        product.until(lambda: rows()["busy"] == "retrying", "the node backs off")
    begun = time.monotonic()
    assert product.http.post(f"/runs/{run['id']}/cancel").status_code == 202
    ended = product.ended(run["id"], 2 * CANCEL_SECONDS)
    took = time.monotonic() - begun
    if held:
        ledger.let_go(key)
    assert (ended["status"], took <= CANCEL_SECONDS) == ("cancelled", True), took
    assert len(ledger.calls[f"tidy-{state}"]) == 1 and len(ledger.calls[f"after-{state}"]) == 0
    if state == "child":
        [child] = [one for one in product.http.get("/runs").json()["items"] if one["caller"]]
        assert product.ended(child["id"], CANCEL_SECONDS)["status"] == "cancelled"
