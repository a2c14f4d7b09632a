"""What single constructs ask of their config."""

from typing import Any

import pytest

from tests.interpreter.checks.checking import codes, findings, node, reads, warnings


def loop(**config: Any) -> dict[str, Any]:
    return node("again", "loop", {"next": 1, **config})


def test_a_loop_without_any_condition_is_an_error() -> None:
    assert codes(loop()) == [("unbounded_loop", "again")]
    assert codes(loop(**{"while": "{{ carry < 3 }}"})) == []
    assert codes(loop(until="{{ index = 3 }}")) == []


@pytest.mark.parametrize("config", [{"while": True}, {"while": "{{ true }}"}, {"until": False}, {"while": "{{ input.x > 3 }}"}])
def test_a_condition_that_never_changes_is_found(config: dict[str, Any]) -> None:
    assert warnings(loop(**config)) == [("unbounded_loop", "again")]
    assert warnings(loop(**config, max_iterations=5)) == []


@pytest.mark.parametrize("text", ["carry < 3", "index < input.n", "$millis() < 5", "$count(carry) > 1", "$random() > 0.5"])
def test_a_condition_that_may_change_is_none(text: str) -> None:
    assert warnings(loop(**{"while": f"{{{{ {text} }}}}"})) == []


def test_a_constant_that_ends_the_loop_is_none() -> None:
    assert warnings(loop(until=True)) == []
    assert warnings(loop(**{"while": True}, until="{{ carry > 3 }}")) == []


def test_until_may_read_what_is_inside_of_the_loop_and_nothing_else_changes() -> None:
    inside, outside = reads("inside", "index", parent="again"), reads("before", "1")
    assert warnings(loop(until="{{ nodes.inside.v = 3 }}"), inside) == []
    found = warnings(loop(until="{{ nodes.before.v = 3 }}"), inside, outside, edges=(("before", "again"),))
    assert found == [("unbounded_loop", "again")]


def test_a_wait_has_a_duration_or_an_end() -> None:
    assert codes(node("w", "wait")) == [("invalid_config", "w")]
    assert codes(node("w", "wait", {"duration": "1s", "until": 5})) == [("invalid_config", "w")]
    assert codes(node("w", "wait", {"duration": "1s"})) == []
    assert codes(node("w", "wait", {"until": "{{ input.at }}"})) == []


@pytest.mark.parametrize(("told", "fits"), [("50%", True), (3, True), ("{{ input.n }}", True), ("120%", False), ("many", False), (-1, False)])
def test_tolerated_failures_are_a_count_or_a_share(told: object, fits: bool) -> None:
    one = node("all", "map", {"items": [1], "item_output": 1, "tolerated_failures": told})
    assert codes(one) == ([] if fits else [("invalid_config", "all")])


def test_a_quorum_above_the_number_of_approvers_is_found() -> None:
    ask = {"title": "Go?", "approvers": ["a@x.example", "b@x.example"], "quorum": 3}
    (found,) = [one for one in findings(node("ask", "approval", ask)) if one.severity == "error"]
    assert (found.code, found.path) == ("invalid_config", "/nodes/0/config/quorum")
    assert codes(node("ask", "approval", {**ask, "quorum": 2})) == []
    assert codes(node("ask", "approval", {**ask, "approvers": ["role:admin"]})) == []
    assert codes(node("ask", "approval", {**ask, "approvers": []})) == []
