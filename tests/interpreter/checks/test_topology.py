"""Circles and joins."""

from tests.interpreter.checks.checking import codes, node, warnings

A, B, C, D = (node(name, "noop") for name in "abcd")
IF = node("if", "if", {"condition": "{{ input.x = 1 }}"})


def test_a_circle_is_found_and_what_waits_for_it() -> None:
    edges = (("a", "b"), ("b", "a"), ("b", "c"))
    assert codes(A, B, C, edges=edges) == [("cycle", "a")]
    assert warnings(A, B, C, edges=edges) == [("unreachable_node", "c")]
    assert codes(A, B, C, edges=(("a", "b"), ("b", "c"), ("a", "c"))) == []


def test_a_circle_inside_of_a_container_is_found() -> None:
    inside = [{**one, "parent": "all"} for one in (A, B)]
    assert codes(node("all", "map", {"items": [1]}), *inside, edges=(("a", "b"), ("b", "a"))) == [("cycle", "a")]


def test_a_number_above_the_count_of_edges_is_found() -> None:
    edges = (("a", "c"), ("b", "c"))
    assert codes(A, B, {**C, "join": 3}, edges=edges) == [("join_impossible", "c")]
    assert codes(A, B, {**C, "join": 2}, edges=edges) == []


def test_two_ports_of_one_node_never_count_as_two() -> None:
    edges = (("if", "true", "a"), ("if", "false", "a"), ("b", "a"))
    assert codes(IF, B, {**A, "join": "every"}, edges=edges) == [("join_impossible", "a")]
    assert codes(IF, B, {**A, "join": 3}, edges=edges) == [("join_impossible", "a")]
    assert codes(IF, B, {**A, "join": 2}, edges=edges) == []
    assert codes(IF, B, A, edges=edges) == []
