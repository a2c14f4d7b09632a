"""Mocks, dry runs, runs up to a node, pins and node tests, through the whole product."""

from typing import Any

import pytest

from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine


def request(ledger: Ledger, key: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "type": "core.http_request@1", "config": {"method": "POST", "url": f"{ledger.url}?key={key}"}, **more}


def started(product: RunningProduct, workflow_id: str, **body: Any) -> dict[str, Any]:
    answer = product.http.post(f"/workflows/{workflow_id}/runs", params={"wait": 30}, json=body)
    assert answer.status_code == 200, answer.text
    run: dict[str, Any] = answer.json()
    return run


def test_mocks_stand_for_attempts_and_nobody_is_called(product: RunningProduct, ledger: Ledger) -> None:
    quick = {"retry": {"max_attempts": 3, "initial_interval": "10ms"}}
    nodes = [request(ledger, "mock1", **quick), request(ledger, "mock2")]
    workflow_id = product.published({"nodes": nodes, "edges": [{"source": "mock1", "target": "mock2"}]})
    late = {"error": {"name": "Timeout", "message": "late", "retryable": True}}
    mocks = {"mock1": {"sequence": [late, {"output": 1}]}, "mock2": {"expression": "{{ config.method }}"}}
    run = started(product, workflow_id, mocks=mocks)
    assert (run["status"], run["output"]) == ("succeeded", {"mock2": "POST"})
    assert [row["attempt"] for row in product.nodes(run["id"])] == [2, 1]
    assert not ledger.calls["mock1"] and not ledger.calls["mock2"]


def test_a_dry_run_calls_nobody(product: RunningProduct, ledger: Ledger) -> None:
    run = started(product, product.published({"nodes": [request(ledger, "dry")]}), dry_run=True)
    assert (run["status"], run["dry_run"]) == ("succeeded", True)
    assert not ledger.calls["dry"]


def test_a_run_up_to_a_node_stops_behind_it(product: RunningProduct, ledger: Ledger) -> None:
    nodes = [request(ledger, "upto1"), request(ledger, "upto2")]
    workflow_id = product.published({"nodes": nodes, "edges": [{"source": "upto1", "target": "upto2"}]})
    run = started(product, workflow_id, stop_after="upto1")
    assert run["status"] == "succeeded" and run["output"]["upto1"]["status"] == 200
    assert len(ledger.calls["upto1"]) == 1 and not ledger.calls["upto2"]


def test_a_draft_takes_its_pins(product: RunningProduct, ledger: Ledger) -> None:
    workflow_id = product.published({"nodes": [request(ledger, "pinned")]})
    assert product.http.put(f"/workflows/{workflow_id}/pins", json={"pinned": {"body": 5}}).status_code == 200
    assert started(product, workflow_id, version="draft")["output"] == {"pinned": {"body": 5}}
    assert not ledger.calls["pinned"]
    started(product, workflow_id)
    assert len(ledger.calls["pinned"]) == 1


def test_a_node_is_run_once_with_what_it_reads(product: RunningProduct, ledger: Ledger) -> None:
    config = {"method": "POST", "url": f"{ledger.url}?key={{{{ nodes.pick.key }}}}", "body": {"n": "{{ input.n + 1 }}"}}
    body = {"config": config, "scope": {"input": {"n": 1}, "nodes": {"pick": {"key": "trial"}}}}
    answer = product.http.post("/node-types/core.http_request@1/test", json=body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["output"]["status"] == 200 and told["attempts"] == 1 and told["input"]["body"] == {"n": 2}
    assert len(ledger.calls["trial"]) == 1


def test_node_tests_know_errors_logs_mocks_and_control_nodes(product: RunningProduct) -> None:
    def trial(type_id: str, **body: Any) -> dict[str, Any]:
        answer = product.http.post(f"/node-types/{type_id}/test", json=body)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    refused = trial("core.http_request@1", config={"url": "http://169.254.169.254/"})
    assert "output" not in refused and refused["error"]["node_id"] == "tested"
    said = trial("core.code@1", config={"code": "print('hello')\noutput = 1 + n", "inputs": {"n": "{{ input.n }}"}}, scope={"input": {"n": 2}})
    assert said["output"] == 3 and [line["message"] for line in said["logs"]] == ["hello"]
    large = trial("core.code@1", config={"code": "output = 'x' * 100000"})
    assert large["output"] == "x" * 100_000, "an output that is kept elsewhere is put together"
    mocked = trial("core.http_request@1", config={"url": "http://x.example"}, mock={"error": {"name": "Odd", "message": "so"}})
    assert mocked["error"]["name"] == "Odd"
    assert trial("core.if@1", config={"condition": "{{ nodes.a.n = 1 }}"}, scope={"nodes": {"a": {"n": 1}}})["output"] == {"port": "true"}
    assert trial("core.set@1", config={"values": {"now": "{{ nodes.a[0] }}"}}, scope={"nodes": {"a": [7]}})["output"] == {"now": 7}
