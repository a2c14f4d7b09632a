"""Each node by itself."""

from typing import Any

import pytest

from tests.interpreter.checks.checking import codes, findings, node, send, warnings

A = node("a", "noop")


def config_finding(one: dict[str, Any]) -> tuple[str, str, str | None]:
    (found,) = [finding for finding in findings(one) if finding.code == "invalid_config"]
    return found.path, found.message, found.hint


def test_a_missing_field_is_named() -> None:
    assert config_finding(node("a", "if")) == ("/nodes/0/config/condition", "condition is missing", "If needs it")


def test_an_unknown_field_is_named_with_the_nearest_one() -> None:
    assert config_finding(send("a", config={"txet": "x"}))[1:] == ('there is no field "txet"', 'did you mean "text"?')
    assert config_finding(node("a", "noop", {"x": 1}))[2] == "No operation has nothing to set"


def test_an_expression_without_its_braces_is_recognised() -> None:
    path, _, hint = config_finding(node("a", "loop", {"while": "carry < 3", "next": 1}))
    assert (path, hint) == ("/nodes/0/config/while", "write an expression between {{ and }}")


def test_a_field_is_known_by_its_name_in_json_only() -> None:
    assert config_finding(node("a", "loop", {"while_": True, "until": True, "next": 1})) == (
        "/nodes/0/config/while_",
        'there is no field "while_"',
        'did you mean "while"?',
    )
    assert codes(node("a", "wait_for_event", {"schema": {"type": "object"}})) == []
    assert codes(node("a", "wait_for_event", {"payload_schema": {}})) == [("invalid_config", "a")]


def test_where_an_expression_stands_only_a_run_can_tell() -> None:
    assert codes(send("a", config={"times": "{{ input.n }}"})) == []
    assert codes(send("a", config={"times": "many"})) == [("invalid_config", "a")]


@pytest.mark.parametrize(("node_id", "code"), [("start", "reserved_id"), ("failed", "reserved_id"), ("A", "invalid_id"), ("a-b", "invalid_id")])
def test_an_id_that_can_not_be_one_is_found(node_id: str, code: str) -> None:
    assert codes({**A, "id": node_id}) == [(code, node_id)]
    assert codes({**A, "id": "starting"}) == []


def test_an_id_that_is_used_twice_is_found() -> None:
    assert codes(A, A) == [("duplicate_id", "a")]


def test_a_definition_without_nodes_is_found() -> None:
    assert codes() == [("no_nodes", None)]


def test_a_type_that_does_not_exist_is_found_with_its_other_versions() -> None:
    (found,) = findings({**A, "type": "core.noop@7"})
    assert (found.code, found.hint) == ("unknown_type", "there is core.noop@1")


def test_a_retry_of_a_write_is_found() -> None:
    assert warnings(send("a", retry={"max_attempts": 2})) == [("retry_on_write", "a")]
    assert warnings(send("a", retry=[{"max_attempts": 1}, {"max_attempts": 3, "errors": ["Busy"]}])) == [("retry_on_write", "a")]
    assert warnings(send("a", retry={"max_attempts": 1})) == []
    assert warnings(send("a")) == []
    assert warnings({**A, "retry": {"max_attempts": 5}}) == []


def test_going_on_needs_a_port_out() -> None:
    ask = node("ask", "approval", {"title": "Go?"})
    assert codes({**ask, "on_error": "continue"}) == [("continue_needs_out", "ask")]
    assert codes({**ask, "disabled": True}) == [("disabled_needs_out", "ask")]
    assert codes({**A, "on_error": "continue"}, {**A, "id": "b", "disabled": True}) == []


def test_a_route_needs_an_edge() -> None:
    assert codes({**A, "on_error": "route"}) == [("route_unconnected", "a")]
    assert codes({**A, "on_error": "route"}, {**A, "id": "b"}, edges=(("a", "error", "b"),)) == []


def test_a_node_may_be_held_but_a_finally_not() -> None:
    assert codes({**A, "on_error": "hold"}) == []
    end = node("end", "finally", parent="t", on_error="hold")
    assert codes(node("t", "try"), {**A, "parent": "t"}, end) == [("on_error_not_allowed", "end")]
