"""Ports that lead nowhere."""

from tests.interpreter.checks.checking import node, reads, warnings

A, B = node("a", "noop"), node("b", "noop")
IF = node("if", "if", {"condition": "{{ input.x = 1 }}"})
CASES = [{"port": "x", "condition": "{{ input.x = 1 }}"}, {"port": "y", "condition": "{{ input.x = 2 }}"}]
SWITCH = node("s", "switch", {"cases": CASES})


def test_a_try_whose_error_leads_nowhere_is_found() -> None:
    inside = node("inside", "noop", parent="t")
    assert warnings(node("t", "try"), inside, A, edges=(("t", "a"),)) == [("try_error_unconnected", "t")]
    assert warnings(node("t", "try"), inside, A, edges=(("t", "error", "a"),)) == []
    assert warnings(node("t", "try", disabled=True), inside) == []


def test_a_decision_that_nothing_follows_is_found() -> None:
    assert warnings(IF) == [("port_unconnected", "if")]
    assert warnings(IF, A, edges=(("if", "true", "a"),)) == []
    assert warnings(IF, A, edges=(("if", "false", "a"),)) == []


def test_a_decision_that_somebody_reads_may_lead_nowhere() -> None:
    assert ("port_unconnected", "if") not in warnings(IF, output={"way": "{{ nodes.if.port }}"})


def test_a_case_without_a_way_is_found_and_the_default_is_not() -> None:
    assert warnings(SWITCH, A, edges=(("s", "x", "a"),)) == [("port_unconnected", "s")]
    assert warnings(SWITCH, A, B, edges=(("s", "x", "a"), ("s", "y", "b"))) == []


def test_a_timeout_that_nothing_follows_is_found_where_something_else_is_followed() -> None:
    wait = node("w", "wait_for_event", timeout="1h")
    assert warnings(wait, A, edges=(("w", "a"),)) == [("port_unconnected", "w")]
    assert warnings({**wait, "timeout": None}, A, edges=(("w", "a"),)) == []
    assert warnings(wait, A, edges=(("w", "a"), ("w", "timeout", "a"))) == []
    assert warnings(wait) == []


def test_an_approval_that_only_a_rejection_follows_is_found() -> None:
    ask = node("ask", "approval", {"title": "Go?"})
    assert warnings(ask, A, edges=(("ask", "rejected", "a"),)) == [("port_unconnected", "ask")]
    assert warnings(ask, A, edges=(("ask", "approved", "a"),)) == []


def test_an_answer_that_is_read_on_one_way_is_no_finding() -> None:
    assert warnings(IF, reads("a", "nodes.if.port"), edges=(("if", "true", "a"),)) == []
