"""Reruns through the whole product: every origin, version, input and edit, in containers, batches and children.

The ledger says what was really called: whatever is reused is not called a second time.
"""

import itertools
from typing import Any

import pytest

from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine
_numbers = itertools.count()


class Calls:
    """The calls of one test, by a name that stands in their key."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.prefix = f"rerun-{next(_numbers)}-"

    def node(self, node_id: str, name: str | None = None, **more: Any) -> dict[str, Any]:
        url = f"{self.ledger.url}?key={self.prefix}{name or node_id}"
        return {"id": node_id, "type": "core.http_request@1", "config": {"method": "GET", "url": url}, **more}

    def refuse(self, *names: str) -> None:
        self.ledger.refused.update({self.prefix + name: 400 for name in names})

    def allow(self, *names: str) -> None:
        for name in names:
            del self.ledger.refused[self.prefix + name]

    def counts(self) -> dict[str, int]:
        mine = {key: len(calls) for key, calls in self.ledger.calls.items() if key.startswith(self.prefix)}
        return {key.removeprefix(self.prefix): count for key, count in sorted(mine.items())}


@pytest.fixture
def calls(ledger: Ledger) -> Calls:
    return Calls(ledger)


def control(node_id: str, kind: str, **config: Any) -> dict[str, Any]:
    return {"id": node_id, "type": f"core.{kind}@1", "config": config}


def inside(parent: str, node: dict[str, Any]) -> dict[str, Any]:
    return {**node, "parent": parent}


def chain(*ids: str) -> list[dict[str, str]]:
    return [{"source": one, "target": two} for one, two in itertools.pairwise(ids)]


def ran(product: RunningProduct, definition: dict[str, Any], input: dict[str, Any] | None = None) -> dict[str, Any]:
    workflow_id = product.published(definition)
    return product.ended(product.start_run(workflow_id, input or {})["id"])


def rerun(product: RunningProduct, run: dict[str, Any], origin: str, status: str = "succeeded", **more: Any) -> dict[str, Any]:
    answer = product.http.post(f"/runs/{run['id']}/rerun", json={"from": origin, **more})
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    assert told["parent_run_id"] == run["id"]
    ended = product.ended(told["id"], 60)
    assert ended["status"] == status, ended["error"]
    return {**ended, "reuse": {one["key"]: one["reused"] for one in told["reuse"]}, "continues": told["continues"]}


def reused(product: RunningProduct, run: dict[str, Any]) -> set[str]:
    found, cursor = set(), None
    while True:
        page = product.http.get(f"/runs/{run['id']}/nodes", params={"limit": 200, **({"cursor": cursor} if cursor else {})}).json()
        found |= {row["key"] for row in page["items"] if row["reused"]}
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_from_failed_calls_only_what_did_not_succeed(product: RunningProduct, calls: Calls) -> None:
    calls.refuse("b")
    definition = {"nodes": [calls.node("a"), calls.node("b"), calls.node("c"), calls.node("d")], "edges": chain("a", "b", "c")}
    run = ran(product, definition)
    assert run["status"] == "failed"
    calls.allow("b")
    again = rerun(product, run, "failed")
    # What ran beside the failure may have been cancelled by it: then it is called once more.
    assert calls.counts() | {"d": 1} == {"a": 1, "b": 2, "c": 1, "d": 1}
    assert "a" in reused(product, again) and again["reuse"]["b"] is False
    assert again["output"]["c"]["body"] == {"ok": True}


def test_from_the_start_calls_everything_again(product: RunningProduct, calls: Calls) -> None:
    run = ran(product, {"nodes": [calls.node("a"), calls.node("b")], "edges": chain("a", "b")})
    again = rerun(product, run, "start")
    assert calls.counts() == {"a": 2, "b": 2}
    assert reused(product, again) == set()


def test_from_a_node_calls_it_and_what_depends_on_it(product: RunningProduct, calls: Calls) -> None:
    nodes = [calls.node(one) for one in ("a", "b", "c", "beside")]
    run = ran(product, {"nodes": nodes, "edges": chain("a", "b", "c")})
    again = rerun(product, run, "b")
    assert calls.counts() == {"a": 1, "b": 2, "beside": 1, "c": 2}
    assert reused(product, again) == {"a", "beside"}


def test_what_followed_a_failure_that_was_led_on_is_not_believed(product: RunningProduct, calls: Calls) -> None:
    calls.refuse("a")
    nodes = [calls.node("a", on_error="continue"), calls.node("b")]
    run = ran(product, {"nodes": nodes, "edges": chain("a", "b")})
    assert run["status"] == "succeeded"
    calls.allow("a")
    rerun(product, run, "failed")
    assert calls.counts() == {"a": 2, "b": 2}


def test_an_edited_output_is_taken_and_what_reads_it_runs(product: RunningProduct, calls: Calls) -> None:
    shown = control("shown", "set", values={"is": "{{ nodes.a.body.ok }}"})
    run = ran(product, {"nodes": [calls.node("a"), calls.node("b"), shown], "edges": chain("a", "b") + chain("a", "shown")})
    again = rerun(product, run, "shown", overrides={"a": {"status": 200, "headers": {}, "body": {"ok": "edited"}}})
    assert again["output"]["shown"] == {"is": "edited"}
    assert calls.counts() == {"a": 1, "b": 2}
    assert again["rerun"]["edited"] == ["a"]


def test_an_edited_decision_leads_the_other_way(product: RunningProduct, calls: Calls) -> None:
    choose = control("choose", "if", condition="{{ input.big }}")
    edges = [{"source": "choose", "source_port": port, "target": target} for port, target in (("true", "yes"), ("false", "no"))]
    run = ran(product, {"nodes": [choose, calls.node("yes"), calls.node("no")], "edges": edges}, {"big": True})
    again = rerun(product, run, "choose", overrides={"choose": {"port": "false"}})
    assert calls.counts() == {"no": 1, "yes": 1}
    assert list(again["output"]) == ["no"]


def test_an_edited_input_runs_what_reads_it(product: RunningProduct, calls: Calls) -> None:
    double = control("double", "set", values={"n": "{{ input.n * 2 }}"})
    definition = {"nodes": [calls.node("a"), double, calls.node("b")], "edges": chain("double", "b")}
    run = ran(product, definition, {"n": 1})
    again = rerun(product, run, "b", input={"n": 21})
    assert calls.counts() == {"a": 1, "b": 2}
    assert again["input"] == {"n": 21} and again["rerun"]["input_changed"] is True
    rows = {row["key"]: row for row in product.nodes(again["id"])}
    assert rows["double"]["output"] == {"n": 42}


def test_the_latest_version_runs_what_has_changed_in_it(product: RunningProduct, calls: Calls) -> None:
    calls.refuse("b-old")
    definition = {"nodes": [calls.node("a"), calls.node("b", "b-old"), calls.node("c")], "edges": chain("a", "b", "c")}
    run = ran(product, definition)
    mended = {"format": 1, "name": "Mended", **definition, "nodes": [calls.node("a"), calls.node("b", "b-new"), calls.node("c")]}
    product.http.put(f"/workflows/{run['workflow_id']}", json={"definition": mended})
    product.http.post(f"/workflows/{run['workflow_id']}/publish")
    again = rerun(product, run, "failed", definition="latest")
    assert again["version"] == 2
    assert calls.counts() == {"a": 1, "b-new": 1, "b-old": 1, "c": 1}
    third = rerun(product, again, "start", "failed", definition=1)
    assert third["version"] == 1 and calls.counts()["b-old"] == 2


def test_only_the_failed_items_of_a_map_are_called_again(product: RunningProduct, calls: Calls) -> None:
    each = control("each", "map", items="{{ input.list }}", tolerated_failures=3)
    get = inside("each", calls.node("get", "{{ item }}"))
    after = inside("each", calls.node("after", "after-{{ item }}"))
    calls.refuse("y")
    run = ran(product, {"nodes": [each, get, after], "edges": chain("get", "after")}, {"list": ["x", "y", "z"]})
    assert run["status"] == "succeeded"
    calls.allow("y")
    again = rerun(product, run, "failed-items")
    assert calls.counts() == {"after-x": 1, "after-y": 1, "after-z": 1, "x": 1, "y": 2, "z": 1}
    assert [item["body"]["ok"] for item in again["output"]["each"]] == [True, True, True]
    assert reused(product, again) == {"get#0", "after#0", "get#2", "after#2"}


def test_items_that_are_equal_are_reused_when_the_list_was_edited(product: RunningProduct, calls: Calls) -> None:
    each = control("each", "map", items="{{ input.list }}", tolerated_failures=3)
    get = inside("each", calls.node("get", "{{ item }}"))
    calls.refuse("y")
    run = ran(product, {"nodes": [each, get]}, {"list": ["x", "y", "z"]})
    calls.allow("y")
    again = rerun(product, run, "failed-items", input={"list": ["x", "y", "other", "more"]})
    assert calls.counts() == {"more": 1, "other": 1, "x": 1, "y": 2, "z": 1}
    assert len(again["output"]["each"]) == 4


def test_one_item_of_a_map_is_run_again_by_its_key(product: RunningProduct, calls: Calls) -> None:
    each = control("each", "map", items="{{ ['x', 'y'] }}")
    nodes = [each, inside("each", calls.node("get", "{{ item }}")), calls.node("last")]
    run = ran(product, {"nodes": nodes, "edges": chain("each", "last")})
    again = rerun(product, run, "get#1")
    assert calls.counts() == {"last": 2, "x": 1, "y": 2}
    assert again["reuse"] == {"each": False, "get#0": True, "get#1": False, "last": False}


def test_a_loop_is_taken_up_in_the_round_that_failed(product: RunningProduct, calls: Calls) -> None:
    loop = control("loop", "loop", **{"while": "{{ index < 4 }}"})
    calls.refuse("round-2")
    run = ran(product, {"nodes": [loop, inside("loop", calls.node("get", "round-{{ index }}"))]})
    assert run["status"] == "failed"
    calls.allow("round-2")
    rerun(product, run, "failed")
    assert calls.counts() == {"round-0": 1, "round-1": 1, "round-2": 2, "round-3": 1}


def test_a_try_runs_its_finally_again_and_nothing_that_succeeded_in_it(product: RunningProduct, calls: Calls) -> None:
    final = inside("try", control("final", "finally"))
    nodes = [
        control("try", "try"),
        inside("try", calls.node("a")),
        inside("try", calls.node("b")),
        final,
        inside("final", calls.node("tidy")),
        calls.node("told"),
    ]
    calls.refuse("b")
    edges = [*chain("a", "b"), {"source": "try", "source_port": "error", "target": "told"}]
    run = ran(product, {"nodes": nodes, "edges": edges})
    assert calls.counts() == {"a": 1, "b": 1, "tidy": 1, "told": 1}
    calls.allow("b")
    again = rerun(product, run, "failed")
    assert calls.counts() == {"a": 1, "b": 2, "tidy": 2, "told": 1}
    assert {row["key"]: row["status"] for row in product.nodes(again["id"])}["told"] == "skipped"


def test_a_map_in_batches_calls_only_its_failed_items_again(product: RunningProduct, calls: Calls) -> None:
    each = control("each", "map", items="{{ [1..430] }}", concurrency=50, tolerated_failures=5)
    get = inside("each", calls.node("get", "{{ item }}"))
    calls.refuse("7", "399")
    definition = {"nodes": [each, get], "output": {"count": "{{ $count(nodes.each[status = 200]) }}"}}
    run = ran(product, definition)
    assert run["status"] == "succeeded", run["error"]
    assert run["output"] == {"count": 428}
    calls.allow("7", "399")
    again = rerun(product, run, "failed-items")
    assert again["output"] == {"count": 430}
    counts = calls.counts()
    assert {name for name, count in counts.items() if count != 1} == {"7", "399"} and counts["7"] == 2
    assert len(reused(product, again)) == 428


def test_a_large_output_is_reused_and_read_without_its_first_run(product: RunningProduct, calls: Calls) -> None:
    large = control("large", "set", values={"text": "{{ $pad('', 60000, 'x') }}", "n": 5})
    calls.refuse("b")
    sized = control("sized", "set", values={"length": "{{ $length(nodes.large.text) }}", "n": "{{ nodes.large.n }}"})
    run = ran(product, {"nodes": [large, calls.node("b"), sized], "edges": chain("large", "b", "sized")})
    calls.allow("b")
    again = rerun(product, run, "failed")
    assert again["output"] == {"sized": {"length": 60_000, "n": 5}}
    assert "large" in reused(product, again)


def test_a_rerun_of_a_rerun_knows_what_both_have_recorded(product: RunningProduct, calls: Calls) -> None:
    each = control("each", "map", items="{{ ['x', 'y'] }}")
    nodes = [each, inside("each", calls.node("get", "{{ item }}")), calls.node("last")]
    calls.refuse("last")
    run = ran(product, {"nodes": nodes, "edges": chain("each", "last")})
    calls.allow("last")
    second = rerun(product, run, "failed")
    assert reused(product, second) == {"each"}
    rerun(product, second, "get#1")
    assert calls.counts() == {"last": 3, "x": 1, "y": 2}


def test_a_failed_child_is_taken_up_where_it_failed(product: RunningProduct, calls: Calls) -> None:
    calls.refuse("b")
    child = product.published({"nodes": [calls.node("a"), calls.node("b")], "edges": chain("a", "b")})
    parent = {"nodes": [calls.node("first"), control("ask", "run_workflow", workflow=child)], "edges": chain("first", "ask")}
    run = ran(product, parent)
    assert run["status"] == "failed"
    calls.allow("b")
    again = rerun(product, run, "failed")
    assert calls.counts() == {"a": 1, "b": 2, "first": 1}
    children = product.http.get("/runs", params={"workflow": child}).json()["items"]
    assert [one["caller"]["run_id"] for one in children] == [again["id"], run["id"]]
    assert children[0]["parent_run_id"] == children[1]["id"]


def test_rerunning_a_child_lets_its_parent_go_on(product: RunningProduct, calls: Calls) -> None:
    calls.refuse("b")
    child = product.published({"nodes": [calls.node("a"), calls.node("b")], "edges": chain("a", "b")})
    middle = product.published({"nodes": [control("ask", "run_workflow", workflow=child)]})
    nodes = [calls.node("first"), control("ask", "run_workflow", workflow=middle), calls.node("then")]
    run = ran(product, {"nodes": nodes, "edges": chain("first", "ask", "then")})
    [failed] = product.http.get("/runs", params={"workflow": child}).json()["items"]
    calls.allow("b")
    again = rerun(product, failed, "failed")
    assert len(again["continues"]) == 2
    top = product.ended(again["continues"][1], 60)
    assert (top["status"], top["parent_run_id"], top["workflow_id"]) == ("succeeded", run["id"], run["workflow_id"])
    assert calls.counts() == {"a": 1, "b": 2, "first": 1, "then": 1}


def test_reruns_form_a_tree_that_shows_where_siblings_part(product: RunningProduct, calls: Calls) -> None:
    shown = control("shown", "set", values={"is": "{{ nodes.a.body }}"})
    run = ran(product, {"nodes": [calls.node("a"), shown], "edges": chain("a", "shown")})
    for ok in (1, 2):
        rerun(product, run, "shown", overrides={"a": {"status": 200, "headers": {}, "body": {"ok": ok}}})
    tree = product.http.get(f"/runs/{run['id']}/tree").json()["root"]
    assert (tree["id"], tree["origin"]) == (run["id"], None)
    one, two = tree["reruns"]
    assert one["first_difference"] is None and (two["origin"], two["edited"]) == ("shown", ["a"])
    parted = two["first_difference"]
    assert (parted["key"], parted["pointer"], parted["before"], parted["after"]) == ("a", "/body/ok", 1, 2)
    told = product.http.get(f"/runs/{run['id']}/difference", params={"to": one["id"]}).json()
    assert (told["key"], told["field"]) == ("a", "output")


def test_what_cannot_be_repeated_is_refused_by_name(product: RunningProduct, calls: Calls) -> None:
    run = ran(product, {"nodes": [calls.node("a")]})
    for body, status in (
        ({"from": "failed"}, 409),
        ({"from": "nobody"}, 422),
        ({"from": "a#x"}, 422),
        ({"definition": 99}, 422),
        ({"overrides": {"nobody": 1}}, 422),
    ):
        answer = product.http.post(f"/runs/{run['id']}/rerun", json=body)
        assert answer.status_code == status, (body, answer.text)


def test_the_same_key_begins_one_rerun(product: RunningProduct, calls: Calls) -> None:
    run = ran(product, {"nodes": [calls.node("a")]})
    once = {"Idempotency-Key": f"{calls.prefix}once"}
    answers = [product.http.post(f"/runs/{run['id']}/rerun", json={}, headers=once) for _ in range(3)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = product.http.post(f"/runs/{run['id']}/rerun", json={"from": "a"}, headers=once)
    assert other.status_code == 409
