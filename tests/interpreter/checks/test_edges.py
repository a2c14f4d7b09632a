"""Each edge by itself."""

from interpreter.validation import check
from tests.interpreter.checks.checking import CATALOG, codes, findings, node

A, B = node("a", "noop"), node("b", "noop")
MAP = node("all", "map", {"items": [1]})


def test_an_end_that_does_not_exist_is_found() -> None:
    assert codes(A, edges=(("a", "gone"),)) == [("dangling_edge", None)]
    assert [one.path for one in findings(A, edges=(("gone", "away"),))] == ["/edges/0/source", "/edges/0/target"]
    assert codes(A, B, edges=(("a", "b"),)) == []


def test_a_node_wired_to_itself_is_found() -> None:
    assert codes(A, edges=(("a", "a"),)) == [("self_loop", "a")]


def test_a_wire_drawn_twice_is_found_and_two_ports_are_two_wires() -> None:
    assert codes(A, B, edges=(("a", "b"), ("a", "b"))) == [("duplicate_edge", "a")]
    choose = node("if", "if", {"condition": "{{ input.x = 1 }}"})
    assert codes(choose, B, edges=(("if", "true", "b"), ("if", "false", "b"))) == []


def test_a_wire_across_a_border_is_found_with_the_container_to_connect() -> None:
    inside = {**B, "parent": "all"}
    for edge in (("a", "b"), ("b", "a")):
        (found,) = [one for one in findings(A, MAP, inside, edges=(edge,)) if one.severity == "error"]
        assert (found.code, found.hint) == ("edge_crosses_scope", 'connect the container "all" instead')
    assert codes(A, MAP, inside, edges=(("a", "all"),)) == []
    assert codes(MAP, {**A, "parent": "all"}, inside, edges=(("a", "b"),)) == []


def test_a_wire_from_a_container_to_its_own_inside_crosses_its_border() -> None:
    assert codes(MAP, {**B, "parent": "all"}, edges=(("all", "b"),)) == [("edge_crosses_scope", "all")]


def test_a_port_that_does_not_exist_is_found() -> None:
    assert codes(A, B, edges=(("a", "away", "b"),)) == [("unknown_port", "a")]
    assert codes(A, B, edges=(("a", "error", "b"),)) == [("unknown_port", "a")]
    assert codes({**A, "on_error": "route"}, B, edges=(("a", "error", "b"),)) == []
    assert codes(node("t", "try"), B, edges=(("t", "error", "b"),)) == []
    raw = [{"source": "a", "target": "b", "target_port": "side"}]
    found = check({"format": 1, "name": "x", "nodes": [A, B], "edges": raw}, CATALOG).findings
    assert [(one.code, one.path) for one in found] == [("unknown_port", "/edges/0/target_port")]
