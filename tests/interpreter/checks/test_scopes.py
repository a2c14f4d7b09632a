"""Containers, and what can be seen from where in them."""

import pytest

from tests.interpreter.checks.checking import codes, node, reads, warnings

MAP = node("all", "map", {"items": [1, 2]})
LOOP = node("again", "loop", {"while": "{{ carry < 3 }}", "next": "{{ carry + 1 }}"})


@pytest.mark.parametrize("text", ["item", "index", "count", "item.name"])
def test_a_node_in_a_map_sees_its_item(text: str) -> None:
    assert codes(MAP, reads("one", text, parent="all")) == []
    assert codes(MAP, reads("one", text)) == [("unknown_reference", "one")]


def test_a_node_in_a_loop_sees_the_carry_and_not_an_item() -> None:
    assert codes(LOOP, reads("one", "carry + index", parent="again")) == []
    assert codes(LOOP, reads("one", "item", parent="again")) == [("unknown_reference", "one")]


def test_a_node_in_a_map_in_a_loop_sees_both() -> None:
    assert codes(LOOP, {**MAP, "parent": "again"}, reads("one", "carry + item", parent="all")) == []


def test_the_fields_of_a_container_see_what_stands_where_they_are_evaluated() -> None:
    good = node("all", "map", {"items": "{{ input }}", "item_output": "{{ nodes.one.v + index }}"})
    assert codes(good, reads("one", "item", parent="all")) == []
    bad = node("all", "map", {"items": "{{ item }}"})
    assert codes(bad, reads("one", "item", parent="all")) == [("unknown_reference", "all")]
    early = node("again", "loop", {"while": "{{ nodes.one.v }}"})
    assert codes(early, reads("one", "index", parent="again")) == [("unknown_reference", "again")]
    late = node("again", "loop", {"until": "{{ nodes.one.v = carry }}"})
    assert codes(late, reads("one", "index", parent="again")) == []


def test_an_inner_node_sees_what_comes_before_its_container_and_nothing_behind_it() -> None:
    before, behind = reads("before", "1"), reads("behind", "1")
    wires = (("before", "all"), ("all", "behind"))
    assert codes(before, MAP, behind, reads("one", "nodes.before.v", parent="all"), edges=wires) == []
    found = codes(before, MAP, behind, reads("one", "nodes.behind.v", parent="all"), edges=wires)
    assert found == [("reference_not_before", "one")]
    assert codes(MAP, reads("one", "nodes.all", parent="all")) == [("reference_not_before", "one")]


def test_what_is_inside_can_not_be_seen_from_outside() -> None:
    inner = reads("one", "item", parent="all")
    assert codes(MAP, inner, reads("after", "nodes.one.v"), edges=(("all", "after"),)) == [("unknown_reference", "after")]
    assert codes(MAP, inner, output={"v": "{{ nodes.one.v }}"}) == [("unknown_reference", None)]
    assert codes(MAP, inner, output={"v": "{{ nodes.all }}"}) == []


def test_a_finally_sees_all_of_its_try() -> None:
    tried = node("attempt", "try")
    nodes = [tried, reads("a", "1", parent="attempt"), node("end", "finally", parent="attempt")]
    assert codes(*nodes, reads("tidy", "nodes.a.v ?? errors.a.name", parent="end")) == []


def test_a_parent_that_is_no_container_is_found() -> None:
    assert codes(node("a", "noop"), node("b", "noop", parent="a")) == [("unknown_parent", "b")]
    assert codes(node("b", "noop", parent="nobody")) == [("unknown_parent", "b")]


def test_containers_that_live_in_each_other_are_found() -> None:
    found = codes({**MAP, "parent": "again"}, {**LOOP, "parent": "all"})
    assert ("unknown_parent", "all") in found and ("unknown_parent", "again") in found


def test_a_finally_is_found_where_it_can_not_be() -> None:
    end = node("end", "finally", parent="attempt")
    tried, other = node("attempt", "try"), node("a", "noop", parent="attempt")
    assert codes(tried, other, end) == []
    assert codes(node("end", "finally")) == [("misplaced_finally", "end")]
    assert codes(tried, end, node("end2", "finally", parent="attempt")) == [("misplaced_finally", "end"), ("misplaced_finally", "end2")]
    assert ("misplaced_finally", "end") in codes(tried, other, end, edges=(("a", "end"),))


def test_fields_of_data_nodes_see_their_items() -> None:
    config = {"items": "{{ input }}", "condition": "{{ item > 1 and index < count }}"}
    assert codes(node("big", "filter", config)) == []
    assert codes(node("big", "filter", {**config, "items": "{{ item }}"})) == [("unknown_reference", "big")]


def test_a_container_in_too_many_others_is_found() -> None:
    nodes = [node("n0", "loop", {"until": "{{ true }}", "next": 1})]
    nodes += [node(f"n{i}", "loop", {"until": "{{ true }}", "next": 1}, parent=f"n{i - 1}") for i in range(1, 102)]
    assert codes(*nodes[:101]) == []
    assert codes(*nodes) == [("nested_too_deep", "n101")]


def test_an_empty_container_is_found_unless_its_own_fields_make_something() -> None:
    assert warnings(MAP) == [("empty_container", "all")]
    assert warnings(node("all", "map", {"items": [1], "item_output": "{{ item }}"})) == []
    assert warnings(LOOP) == []
    assert ("empty_container", "attempt") in warnings(node("attempt", "try"))
    assert warnings({**MAP, "disabled": True}) == []


def test_nodes_of_unknown_containers_are_checked_all_the_same() -> None:
    assert codes(reads("one", "nodes.two", parent="gone"), reads("two", "1", parent="gone")) == [
        ("unknown_parent", "one"),
        ("unknown_parent", "two"),
        ("reference_not_before", "one"),
    ]
