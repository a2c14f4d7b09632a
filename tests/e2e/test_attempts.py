"""One node instance: its attempts and log lines, while it runs and afterwards."""

import asyncio
import threading
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from tests.e2e.test_runs import events_as_they_come, read_events, request
from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine
QUICK = {"initial_interval": "200ms", "max_attempts": 4, "jitter": "none"}
SLOW_CODE = "print('begun')\ntotal = 0\nfor n in range(10 ** 9):\n    total += n\noutput = total"

SHORT_CODE = SLOW_CODE.replace("10 ** 9", "4 * 10 ** 7")


def instance(product: RunningProduct, run_id: str, key: str) -> dict[str, Any]:
    answer = product.http.get(f"/runs/{run_id}/nodes/{key}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def test_each_attempt_is_shown_with_its_error_worker_and_times(product: RunningProduct, ledger: Ledger) -> None:
    ledger.refused["tried"], ledger.refusals["tried"] = 503, 2
    run = product.start_run(product.published({"nodes": [request(ledger, "tried", retry=QUICK)]}), wait=60)
    assert run["status"] == "succeeded", run
    shown = instance(product, run["id"], "tried")
    assert [(one["number"], one["error"] and one["error"]["name"]) for one in shown["attempts"]] == [(1, "ServerError"), (2, "ServerError"), (3, None)]
    assert all(one["started_at"] < one["ended_at"] and "@" in one["worker"] for one in shown["attempts"])
    assert "attempts" not in product.nodes(run["id"])[0], "lists stay short"
    told = [(one["event"], one["attempt"], one["status"]) for one in read_events(product, run["id"]) if one["event"] in ("attempt", "node")]
    assert told == [("node", 1, "running"), ("attempt", 1, "retrying"), ("attempt", 2, "retrying"), ("node", 3, "succeeded")]
    assert product.http.get(f"/runs/{run['id']}/nodes/nobody").status_code == 404


def test_log_lines_are_seen_while_the_node_runs(product: RunningProduct) -> None:
    code = {"id": "long", "type": "core.code@1", "config": {"code": SLOW_CODE, "max_seconds": 20}}
    run = product.start_run(product.published({"nodes": [code]}))
    frames: list[dict[str, Any]] = []
    seen = threading.Event()

    def follow() -> None:
        for frame in events_as_they_come(product, run["id"]):
            frames.append(frame)
            if frame["event"] == "log":
                seen.set()

    reader = threading.Thread(target=follow)
    reader.start()
    assert seen.wait(30)
    shown = instance(product, run["id"], "long")
    assert shown["status"] == "running"
    assert [line["message"] for line in shown["attempts"][0]["logs"]] == ["begun"]
    assert product.http.post(f"/runs/{run['id']}/cancel").status_code == 202
    reader.join(60)
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert [(one["key"], one["attempt"], one["message"]) for one in frames if one["event"] == "log"] == [("long", 1, "begun")]


def test_the_progress_counts_items_and_knows_earlier_runs(product: RunningProduct, ledger: Ledger) -> None:
    inside = {"id": "one", "type": "core.http_request@1", "parent": "each", "config": {"method": "POST", "url": f"{ledger.url}?key={{{{ item }}}}"}}
    each = {"id": "each", "type": "core.map@1", "config": {"items": "{{ input.keys }}", "concurrency": 1}}
    workflow_id = product.published({"nodes": [each, inside]})
    for _ in range(3):
        product.start_run(workflow_id, {"keys": ["p0"]}, wait=30)
    ledger.hold("p2")
    run = product.start_run(workflow_id, {"keys": ["p1", "p2", "p3"]})
    ledger.wait_for("p2")
    shown = product.http.get(f"/runs/{run['id']}/progress").json()
    assert (shown["done"], shown["total"]) == (1, 4) and shown["usual_ms"] > 0
    ledger.let_go("p2")
    product.ended(run["id"])
    shown = product.http.get(f"/runs/{run['id']}/progress").json()
    assert (shown["done"], shown["total"], shown["left_ms"]) == (4, 4, None)


def test_a_run_that_nobody_watches_is_told_nothing(product: RunningProduct) -> None:
    """What a node says while it runs costs history only where somebody looks (`docs/decisions/0012`)."""
    code = {"id": "said", "type": "core.code@1", "config": {"code": SHORT_CODE, "max_seconds": 20}}
    workflow_id = product.published({"nodes": [code]})
    unseen = product.start_run(workflow_id)["id"]
    seen = product.start_run(workflow_id)["id"]
    frames = read_events(product, seen)
    product.ended(unseen)
    assert [frame["message"] for frame in frames if frame["event"] == "log"] == ["begun"]
    kinds = {run_id: asyncio.run(history(product, run_id)) for run_id in (unseen, seen)}
    assert "WORKFLOW_EXECUTION_SIGNALED" in kinds[seen]
    assert "WORKFLOW_EXECUTION_SIGNALED" not in kinds[unseen]
    assert len(kinds[seen]) > len(kinds[unseen])


async def history(product: RunningProduct, run_id: str) -> list[str]:
    """The kinds of events that Temporal keeps of a run."""
    system = product.http.get("/system").json()["temporal"]
    client = await Client.connect(system["address"], namespace=system["namespace"])
    events = client.get_workflow_handle(run_id).fetch_history_events()
    return [EventType.Name(one.event_type).removeprefix("EVENT_TYPE_") async for one in events]
