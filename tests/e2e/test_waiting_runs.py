"""Waits, approvals, interventions, children and large maps through the whole product."""

import time
from typing import Any

import httpx
import pytest

from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine


def node(node_id: str, kind: str, config: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"id": node_id, "type": f"core.{kind}@1", "config": config or {}, **more}


def wired(*nodes: dict[str, Any], edges: tuple[tuple[str, str, str], ...] = (), **more: Any) -> dict[str, Any]:
    wires = [{"source": source, "source_port": port, "target": target} for source, port, target in edges]
    return {"nodes": list(nodes), "edges": wires, **more}


def until_status(product: RunningProduct, run_id: str, key: str, status: str) -> dict[str, Any]:
    def reached() -> dict[str, Any] | None:
        return next((row for row in product.nodes(run_id) if row["key"] == key and row["status"] == status), None)

    found: dict[str, Any] = product.until(reached, f"{key} is {status}")
    return found


def ended(product: RunningProduct, run_id: str) -> dict[str, Any]:
    product.until(lambda: product.run(run_id)["ended_at"], "the run has ended")
    return product.run(run_id)


def test_an_approval_is_decided_over_http_and_only_once(product: RunningProduct) -> None:
    asks = node("ask", "approval", {"title": "Pay?", "form": {"type": "object", "required": ["sum"]}})
    definition = wired(asks, node("pay", "noop"), node("leave", "noop"), edges=(("ask", "approved", "pay"), ("ask", "rejected", "leave")))
    run = product.start_run(product.published(definition))
    until_status(product, run["id"], "ask", "waiting")
    product.until(lambda: product.run(run["id"])["status"] == "waiting", "the run is shown waiting")
    address = f"/runs/{run['id']}/nodes/ask/resume"
    wrong = product.http.post(address, json={"decision": "approve", "form": {}})
    assert (wrong.status_code, wrong.json()["fields"][0]["field"]) == (422, "form")
    good = product.http.post(address, json={"decision": "approve", "reason": "fine", "form": {"sum": 7}})
    assert good.status_code == 202, good.text
    ended(product, run["id"])
    rows = {row["key"]: row for row in product.nodes(run["id"])}
    assert (rows["pay"]["status"], rows["leave"]["status"]) == ("succeeded", "skipped")
    assert rows["ask"]["output"]["form"] == {"sum": 7}
    assert product.http.post(address, json={"decision": "reject"}).status_code == 409


def test_an_event_comes_by_its_one_time_address(product: RunningProduct) -> None:
    definition = wired(
        node("link", "set", {"values": {"url": "{{ run.resume_url }}/event"}}),
        node("event", "wait_for_event", {"schema": {"type": "object", "required": ["n"]}}),
        edges=(("link", "out", "event"),),
        output={"n": "{{ nodes.event.n }}"},
    )
    run = product.start_run(product.published(definition))
    until_status(product, run["id"], "event", "waiting")
    url = next(row for row in product.nodes(run["id"]) if row["key"] == "link")["output"]["url"]
    assert httpx.get(url).status_code in (404, 405)
    assert httpx.post(url + "x", json={"n": 1}).status_code == 404
    assert httpx.post(url.replace("/event", "x/event"), json={"n": 1}).status_code == 404
    assert httpx.post(url, json={}).status_code == 422
    assert httpx.post(url, json={"n": 5}).status_code == 202
    assert ended(product, run["id"])["output"] == {"n": 5}
    assert httpx.post(url, json={"n": 6}).status_code == 409


def test_a_held_node_is_skipped_and_a_paused_run_waits(product: RunningProduct) -> None:
    definition = wired(node("no", "fail", {"name": "Refused"}, on_error="hold"), node("event", "wait_for_event"), node("after", "noop"), edges=(("event", "out", "after"),))
    run = product.start_run(product.published(definition))
    until_status(product, run["id"], "no", "waiting")
    assert product.http.post(f"/runs/{run['id']}/nodes/event/retry").status_code == 409
    assert product.http.post(f"/runs/{run['id']}/nodes/nobody/skip").status_code == 404
    assert product.http.post(f"/runs/{run['id']}/nodes/no/skip").status_code == 202
    until_status(product, run["id"], "no", "skipped")
    assert product.http.post(f"/runs/{run['id']}/pause").status_code == 202
    assert product.http.post(f"/runs/{run['id']}/nodes/event/output", json={"output": 1}).status_code == 202
    until_status(product, run["id"], "event", "succeeded")
    assert next(row for row in product.nodes(run["id"]) if row["key"] == "after")["status"] == "pending"
    assert product.http.post(f"/runs/{run['id']}/resume").status_code == 202
    assert ended(product, run["id"])["status"] == "succeeded"


def test_a_child_run_has_a_record_of_its_own_and_its_caller(product: RunningProduct) -> None:
    child = {"name": "a child", **wired(node("double", "set", {"values": {"n": "{{ input.n * 2 }}"}}), output={"n": "{{ nodes.double.n }}"})}
    child_id = product.published(child)
    parent = wired(node("ask", "run_workflow", {"workflow": child_id, "input": {"n": 21}}), output={"n": "{{ nodes.ask.output.n }}"})
    run = product.start_run(product.published(parent), wait=30)
    assert (run["status"], run["output"]) == ("succeeded", {"n": 42})
    row = product.nodes(run["id"])[0]
    assert product.run(row["output"]["run_id"])["caller"] == {"run_id": run["id"], "key": "ask"}


def test_a_large_map_is_one_run_with_a_row_for_every_item(product: RunningProduct, ledger: Ledger) -> None:
    everything = node("all", "map", {"items": "{{ [1..260] }}", "concurrency": 50, "item_output": "{{ item * 2 }}"})
    one = node("one", "http_request", {"method": "POST", "url": f"{ledger.url}?key=item{{{{ item }}}}"}, parent="all")
    run = product.start_run(product.published(wired(everything, one, output={"last": "{{ nodes.all[259] }}"})), wait=60)
    assert (run["status"], run["output"]) == ("succeeded", {"last": 520})
    assert all(len(ledger.calls[f"item{n}"]) == 1 for n in range(1, 261))
    rows, cursor = [], None
    while True:
        page = product.http.get(f"/runs/{run['id']}/nodes", params={"limit": 200, **({"cursor": cursor} if cursor else {})}).json()
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(row["key"] for row in rows) == sorted(["all", *(f"one#{index}" for index in range(260))])
    assert {row["status"] for row in rows} == {"succeeded"}


def test_what_waits_in_a_batch_of_a_large_map_is_answered(product: RunningProduct) -> None:
    each = {"id": "each", "type": "core.map@1", "config": {"items": "{{ [1..202] }}", "concurrency": 1, "item_output": "{{ index }}"}}
    last = {"id": "last", "type": "core.if@1", "parent": "each", "config": {"condition": "{{ index = 201 }}"}}
    event = {"id": "event", "type": "core.wait_for_event@1", "parent": "each", "config": {}}
    edges = [{"source": "last", "source_port": "true", "target": "event"}]
    run = product.start_run(product.published({"nodes": [each, last, event], "edges": edges}))
    path = f"/runs/{run['id']}/nodes/event%23201/resume"
    product.until(lambda: product.http.post(path, json={"payload": 1}).status_code == 202, "the event is taken", 60)
    ended = product.ended(run["id"], 60)
    assert ended["status"] == "succeeded" and ended["output"] == {"each": list(range(202))}, ended["error"]
    assert product.http.post(path, json={"payload": 1}).status_code == 409


def test_a_run_answers_before_it_has_ended(product: RunningProduct, ledger: Ledger) -> None:
    ledger.hold("slowly")
    later = node("later", "http_request", {"method": "POST", "url": f"{ledger.url}?key=slowly"})
    definition = wired(node("answer", "respond", {"output": {"n": "{{ input.n + 1 }}"}}), later, edges=(("answer", "out", "later"),))
    run = product.start_run(product.published(definition), input={"n": 1}, wait=20)
    assert (run["response"]["output"], run["ended_at"]) == ({"n": 2}, None)
    ledger.let_go("slowly")
    assert ended(product, run["id"])["status"] == "succeeded"


def test_a_dry_run_calls_nobody(product: RunningProduct, ledger: Ledger) -> None:
    call = node("call", "http_request", {"method": "POST", "url": f"{ledger.url}?key=dry"})
    workflow_id = product.published(wired(call))
    answer = product.http.post(f"/workflows/{workflow_id}/runs", params={"wait": 30}, json={"dry_run": True})
    assert answer.json()["status"] == "succeeded", answer.text
    assert not ledger.calls["dry"]


def test_a_large_output_is_shown_whole_and_has_an_address(product: RunningProduct) -> None:
    nodes = [node("big", "code", {"code": "output = [{'n': n, 'text': 'x' * 100} for n in range(2000)]"})]
    run = product.start_run(product.published(wired(*nodes, output={"rows": "{{ nodes.big }}"})), wait=30)
    assert run["status"] == "succeeded", run
    assert product.run(run["id"])["output"]["rows"][1999] == {"n": 1999, "text": "x" * 100}
    [row] = product.nodes(run["id"])
    told = row["output"]["$payload"]
    assert (told["type"], told["count"]) == ("array", 2000)
    whole = product.http.get(f"/runs/{run['id']}/values/{told['hash']}")
    assert whole.status_code == 200 and len(whole.json()) == 2000
    assert product.http.get(f"/runs/{run['id']}/values/{'0' * 64}").status_code == 404


def test_a_pause_reaches_the_batches_of_a_large_map(product: RunningProduct, ledger: Ledger) -> None:
    url = f"{ledger.url}?key=batch-pause.{{{{ index }}}}"
    each = {"id": "each", "type": "core.map@1", "config": {"items": "{{ [1..420] }}", "concurrency": 10, "item_output": "{{ item }}"}}
    call = {"id": "call", "type": "core.http_request@1", "parent": "each", "config": {"method": "GET", "url": url}}

    def called() -> int:
        return sum(len(calls) for key, calls in ledger.calls.items() if key.startswith("batch-pause."))

    ledger.delay = 0.05
    try:
        run = product.start_run(product.published({"nodes": [each, call], "output": {"count": "{{ $count(nodes.each) }}"}}))
        product.until(lambda: called() > 20, "the map is under way")
        assert product.http.post(f"/runs/{run['id']}/pause").status_code == 202
        time.sleep(2)  # what was in flight comes to its end
        before = called()
        time.sleep(2)
        assert called() == before < 420
        assert product.http.post(f"/runs/{run['id']}/resume").status_code == 202
        ended = product.ended(run["id"], 90)
    finally:
        ledger.delay = 0.0
    assert (ended["status"], ended["output"], called()) == ("succeeded", {"count": 420}, 420)
