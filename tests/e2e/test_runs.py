"""Runs through the whole product: HTTP in, Temporal, HTTP out, record."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine


def request(ledger: Ledger, key: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "type": "core.http_request@1", "config": {"method": "POST", "url": f"{ledger.url}?key={key}"}, **more}


def test_an_answer_waits_for_the_end_and_holds_the_output(product: RunningProduct, ledger: Ledger) -> None:
    workflow_id = product.published({"nodes": [request(ledger, "one")], "output": {"ok": "{{ nodes.one.body.ok }}"}})
    run = product.start_run(workflow_id, wait=30)
    assert (run["status"], run["output"], run["error"]) == ("succeeded", {"ok": True}, None)
    assert run["started_at"] and run["ended_at"] and run["version"] == 1
    [call] = ledger.calls["one"]
    assert call.idempotency_key == f"{run['id']}:one"


def test_live_events_are_ordered_and_gap_free_and_resume(product: RunningProduct, ledger: Ledger) -> None:
    ledger.hold("live2")
    nodes = [request(ledger, "live1"), request(ledger, "live2")]
    workflow_id = product.published({"nodes": nodes, "edges": [{"source": "live1", "target": "live2"}]})
    run = product.start_run(workflow_id)
    frames: list[dict[str, Any]] = []
    reader = threading.Thread(target=lambda: frames.extend(read_events(product, run["id"])))
    reader.start()
    ledger.wait_for("live2")
    product.until(lambda: any(row["status"] == "running" for row in product.nodes(run["id"])), "live2 is shown running")
    ledger.let_go("live2")
    reader.join(60)
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert frames[-1]["event"] == "end" and frames[-1]["status"] == "succeeded"
    again = read_events(product, run["id"], after=3)
    assert [frame["seq"] for frame in again] == list(range(4, len(frames) + 1))


def test_cancel_ends_a_run_within_15_seconds(product: RunningProduct, ledger: Ledger) -> None:
    ledger.hold("endless")
    workflow_id = product.published({"nodes": [request(ledger, "endless", timeout="10m")]})
    run = product.start_run(workflow_id)
    ledger.wait_for("endless")
    begun = time.monotonic()
    answer = product.http.post(f"/runs/{run['id']}/cancel")
    assert answer.status_code == 202
    ended = product.ended(run["id"], 30)
    ledger.let_go("endless")
    assert ended["status"] == "cancelled"
    assert time.monotonic() - begun <= 2 * 15
    assert [row["status"] for row in product.nodes(run["id"])] == ["cancelled"]


def test_a_credential_reaches_the_service_and_nobody_else(product: RunningProduct, ledger: Ledger) -> None:
    secret = "CANARY-6f1d7c0e9b"
    made = product.http.post("/credentials", json={"name": "canary", "kind": "bearer", "data": {"token": secret}})
    assert made.status_code == 201 and secret not in made.text
    workflow_id = product.published({"nodes": [request(ledger, "secret", credential="canary")]})
    run = product.start_run(workflow_id, wait=30)
    assert run["status"] == "succeeded", run
    shown = json.dumps([product.run(run["id"]), product.nodes(run["id"]), read_events(product, run["id"])])
    assert secret not in shown
    for path in product.home.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_a_private_address_is_refused_unless_it_is_allowed(product: RunningProduct) -> None:
    nodes = [{"id": "meta", "type": "core.http_request@1", "config": {"method": "GET", "url": "http://169.254.169.254/latest"}}]
    run = product.start_run(product.published({"nodes": nodes}), wait=30)
    assert run["status"] == "failed" and run["error"]["node_id"] == "meta"
    assert run["error"]["attempts"] == 1


def read_events(product: RunningProduct, run_id: str, after: int | None = None) -> list[dict[str, Any]]:
    """All frames until the stream ends."""
    return list(events_as_they_come(product, run_id, after))


def events_as_they_come(product: RunningProduct, run_id: str, after: int | None = None) -> Iterator[dict[str, Any]]:
    headers = {"Last-Event-ID": str(after)} if after is not None else {}
    with product.http.stream("GET", f"/runs/{run_id}/events", headers=headers) as answer:
        assert answer.status_code == 200
        event = None
        for line in answer.iter_lines():
            if line.startswith("event:"):
                event = line.removeprefix("event:").strip()
            elif line.startswith("data:"):
                yield {"event": event, **json.loads(line.removeprefix("data:"))}
