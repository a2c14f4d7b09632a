"""Child runs, error workflows and answers before the end, through the whole product."""

import time
from typing import Any

import pytest

from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine


def node(node_id: str, kind: str, **config: Any) -> dict[str, Any]:
    return {"id": node_id, "type": f"core.{kind}@1", "config": config}


def request(ledger: Ledger, key: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "type": "core.http_request@1", "config": {"method": "POST", "url": f"{ledger.url}?key={key}"}, **more}


def runs_of(product: RunningProduct, workflow_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = product.http.get("/runs", params={"workflow": workflow_id}).json()["items"]
    return items


def test_a_child_gives_its_output_and_names_its_caller(product: RunningProduct) -> None:
    child = product.published({"name": "Doubles", "nodes": [node("one", "noop")], "output": {"got": "{{ input.n * 2 }}"}})
    calls = {"name": "Calls", "nodes": [node("ask", "run_workflow", workflow="Doubles", input={"n": "{{ input.n }}"})]}
    run = product.start_run(product.published(calls), {"n": 21}, wait=30)
    assert run["status"] == "succeeded", run
    [found] = runs_of(product, child)
    assert run["output"] == {"ask": {"run_id": found["id"], "output": {"got": 42}}}
    assert found["caller"] == {"run_id": run["id"], "key": "ask"} and found["trigger"]["kind"] == "workflow"


def test_children_of_a_map_are_one_run_each(product: RunningProduct) -> None:
    child = product.published({"name": "Triples", "nodes": [node("one", "noop")], "output": {"got": "{{ input.n * 3 }}"}})
    each = node("each", "map", items="{{ [1..8] }}", concurrency=4, item_output="{{ nodes.ask.output.got }}")
    ask = {**node("ask", "run_workflow", workflow=child, input={"n": "{{ item }}"}), "parent": "each"}
    run = product.start_run(product.published({"nodes": [each, ask]}), wait=60)
    assert run["output"] == {"each": [3, 6, 9, 12, 15, 18, 21, 24]}, run
    assert len(runs_of(product, child)) == 8


def test_children_of_a_map_that_runs_in_batches_reach_their_batch(product: RunningProduct) -> None:
    child = product.published({"name": "Negates", "nodes": [node("one", "noop")], "output": {"got": "{{ -input.n }}"}})
    each = node("each", "map", items="{{ [1..201] }}", concurrency=20, item_output="{{ nodes.ask.output.got }}")
    ask = {**node("ask", "run_workflow", workflow=child, input={"n": "{{ item }}"}), "parent": "each"}
    run = product.ended(product.start_run(product.published({"nodes": [each, ask]}))["id"])
    assert run["output"] == {"each": [-n for n in range(1, 202)]}, run["error"]


def test_a_held_child_that_is_tried_again_is_another_run_of_what_is_published_then(product: RunningProduct) -> None:
    child = product.published({"name": "Mended", "nodes": [node("no", "fail", name="Broken", message="not yet")]})
    ask = {**node("ask", "run_workflow", workflow=child), "on_error": "hold"}
    run = product.start_run(product.published({"nodes": [ask]}))
    product.until(lambda: [one["status"] for one in product.nodes(run["id"])] == ["waiting"], "the node is held")
    mended = {"format": 1, "name": "Mended", "nodes": [node("yes", "noop")]}
    product.http.put(f"/workflows/{child}", json={"definition": mended})
    product.http.post(f"/workflows/{child}/publish")
    assert product.http.post(f"/runs/{run['id']}/nodes/ask/retry").status_code == 202
    ended = product.ended(run["id"], 30)
    assert ended["status"] == "succeeded", ended["error"]
    assert [(one["version"], one["status"]) for one in runs_of(product, child)] == [(2, "succeeded"), (1, "failed")]


def test_large_values_cross_to_a_child_and_back(product: RunningProduct) -> None:
    schema = {"type": "object", "properties": {"text": {"type": "string", "minLength": 50_000}}}
    made = node("made", "set", values={"text": "{{ $pad('', 60000, 'x') }}"})
    echo = {"name": "Echoes", "input": schema, "nodes": [node("one", "noop")], "output": {"text": "{{ input.text }}", "n": 1}}
    product.published(echo)
    ask = node("ask", "run_workflow", workflow="Echoes", input={"text": "{{ nodes.made.text }}"})
    sized = {"length": "{{ $length(nodes.ask.output.text) }}", "n": "{{ nodes.ask.output.n }}"}
    definition = {"nodes": [made, ask], "edges": [{"source": "made", "target": "ask"}], "output": sized}
    run = product.start_run(product.published(definition), wait=60)
    assert (run["status"], run["output"]) == ("succeeded", {"length": 60_000, "n": 1}), run["error"]


def test_a_child_that_fails_or_is_refused_fails_its_node(product: RunningProduct) -> None:
    schema = {"type": "object", "required": ["n"]}
    product.published({"name": "Typed", "input": schema, "nodes": [node("no", "fail", name="Refused", message="not today")]})
    failed = product.start_run(product.published({"nodes": [node("ask", "run_workflow", workflow="Typed", input={"n": 1})]}), wait=30)
    assert (failed["error"]["name"], failed["error"]["details"]["error"]["name"]) == ("ChildRunFailed", "Refused")
    refused = product.start_run(product.published({"nodes": [node("ask", "run_workflow", workflow="Typed")]}), wait=30)
    assert refused["error"]["name"] == "InvalidInput" and refused["error"]["details"]["fields"], refused


def test_workflows_that_call_themselves_end_at_a_depth(product: RunningProduct) -> None:
    workflow_id = product.published({"name": "Circle", "nodes": [node("ask", "run_workflow", workflow="Circle")]})
    run = product.start_run(workflow_id, wait=60)
    assert run["status"] == "failed" and len(runs_of(product, workflow_id)) == 11
    assert "TooDeep" in str(run["error"])


def test_a_cancel_reaches_the_child_that_is_waited_for(product: RunningProduct) -> None:
    child = product.published({"name": "Endless", "nodes": [node("event", "wait_for_event")]})
    run = product.start_run(product.published({"nodes": [node("ask", "run_workflow", workflow=child)]}))
    product.until(lambda: any(one["status"] == "waiting" for one in runs_of(product, child)), "the child waits")
    product.http.post(f"/runs/{run['id']}/cancel")
    assert product.ended(run["id"], 30)["status"] == "cancelled"
    assert [one["status"] for one in runs_of(product, child)] == ["cancelled"]


def test_a_failed_run_starts_its_error_workflow_once(product: RunningProduct) -> None:
    handler = product.published({"name": "On error", "nodes": [node("one", "noop")], "output": {"told": "{{ input.error.name }}"}})
    broken = {"nodes": [node("no", "fail", name="Refused", message="not today")], "settings": {"error_workflow": "On error"}}
    failed = product.start_run(product.published(broken), wait=30)
    product.until(lambda: any(one["status"] == "succeeded" for one in runs_of(product, handler)), "the error workflow has ended")
    time.sleep(4)  # a round of the reconciler
    [run] = runs_of(product, handler)
    assert run["output"] == {"told": "Refused"} and run["trigger"]["kind"] == "failure"
    assert run["input"]["run"]["id"] == failed["id"] and run["input"]["run"]["url"].endswith(f"/runs/{failed['id']}")


@pytest.mark.parametrize("mode", ["standard", "express"])
def test_a_request_is_answered_before_its_run_has_ended(product: RunningProduct, ledger: Ledger, mode: str) -> None:
    key = f"after_{mode}"
    ledger.hold(key)
    answer = node("answer", "respond", output={"n": "{{ input.n + 1 }}"}, status=201)
    edges = [{"source": "answer", "target": key}]
    later = request(ledger, key, timeout="5s" if mode == "express" else "60s")
    workflow_id = product.published({"nodes": [answer, later], "edges": edges, "settings": {"mode": mode}})
    answered = product.http.post(f"/workflows/{workflow_id}/runs", params={"wait": 30}, json={"input": {"n": 1}})
    assert answered.status_code == 200
    run = answered.json()
    assert run["response"] == {"output": {"n": 2}, "status": 201, "headers": {}} and run["status"] in ("queued", "running")
    ledger.let_go(key)
    ended = product.ended(run["id"])
    assert ended["status"] == "succeeded" and ended["response"] == run["response"]


def test_a_run_that_could_answer_but_ends_otherwise_is_answered_with_its_end(product: RunningProduct) -> None:
    chosen = node("choose", "if", condition="{{ input.answers }}")
    nodes = [chosen, node("answer", "respond", output=1), node("quiet", "noop")]
    edges = [{"source": "choose", "source_port": port, "target": to} for port, to in (("true", "answer"), ("false", "quiet"))]
    run = product.start_run(product.published({"nodes": nodes, "edges": edges}), {"answers": False}, wait=30)
    assert (run["status"], run["response"], run["output"]) == ("succeeded", None, {"quiet": None})
