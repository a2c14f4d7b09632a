"""What expressions refer to."""

import pytest

from tests.interpreter.checks.checking import codes, findings, node, reads, send, warnings

CLOSED = {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": False}


def test_a_node_that_does_not_exist_is_found() -> None:
    assert codes(reads("a", "nodes.gone.x")) == [("unknown_reference", "a")]
    assert codes(reads("a", "errors.gone.name ?? 1")) == [("unknown_reference", "a")]


def test_a_node_that_does_not_come_before_is_found() -> None:
    assert codes(reads("a", "1"), reads("b", "nodes.a.v")) == [("reference_not_before", "b")]
    assert codes(reads("a", "1"), reads("b", "nodes.a.v"), edges=(("a", "b"),)) == []
    assert codes(reads("a", "nodes.a.v")) == [("reference_not_before", "a")]


def test_a_node_of_another_container_can_not_be_seen() -> None:
    maps = [node(name, "map", {"items": [1]}) for name in ("one", "two")]
    inner = [reads("x", "item", parent="one"), reads("y", "nodes.x.v", parent="two")]
    found = [one for one in findings(*maps, *inner, edges=(("one", "two"),)) if one.severity == "error"]
    assert [(one.code, one.node_id, one.hint) for one in found] == [("unknown_reference", "y", 'read the output of "one"')]


def test_an_inner_node_sees_what_comes_before_it_in_every_frame_around_it() -> None:
    outer, inner = node("outer", "map", {"items": [1]}), node("inner", "loop", {"while": "{{ carry < 3 }}"}, parent="outer")
    beside = reads("beside", "item", parent="outer")
    deep = reads("deep", "nodes.before.v + nodes.beside.v", parent="inner")
    wires = (("before", "outer"), ("beside", "inner"))
    assert codes(reads("before", "1"), outer, beside, inner, deep, edges=wires) == []
    assert codes(reads("before", "1"), outer, beside, inner, deep, edges=(("before", "outer"),)) == [("reference_not_before", "deep")]


def test_the_container_is_not_before_its_inside() -> None:
    again = node("again", "loop", {"while": "{{ index < 3 }}"})
    assert codes(again, reads("a", "nodes.again", parent="again")) == [("reference_not_before", "a")]


def test_what_fails_in_a_try_is_seen_behind_it_by_the_name_of_the_try() -> None:
    attempt, inside = node("t", "try"), send("risky", parent="t")
    assert codes(attempt, inside, reads("a", "errors.t.message"), edges=(("t", "error", "a"),)) == []
    assert codes(attempt, inside, reads("a", "errors.risky.message"), edges=(("t", "error", "a"),)) == [("unknown_reference", "a")]


def test_the_error_of_a_node_that_ends_the_run_is_never_there() -> None:
    reader = reads("a", "errors.risky.message")
    wires = (("risky", "a"),)
    assert warnings(send("risky"), reader, edges=wires) == [("unknown_reference", "a")]
    assert warnings(send("risky", on_error="continue"), reader, edges=wires) == []
    assert warnings(send("risky", on_error="route"), reader, edges=(("risky", "error", "a"),)) == []
    assert warnings(send("risky"), reads("a", "errors.risky.message ?? 'none'"), edges=wires) == []
    tolerant = node("risky", "map", {"items": [1], "item_output": "{{ item }}", "tolerated_failures": 1})
    assert warnings(tolerant, reader, edges=wires) == []


def test_a_finally_may_read_the_error_of_any_node_of_its_try() -> None:
    attempt, end = node("t", "try"), node("end", "finally", parent="t")
    tidy = reads("tidy", "errors.risky.message", parent="end")
    assert warnings(attempt, send("risky", parent="t"), end, tidy, node("b", "noop"), edges=(("t", "error", "b"),)) == []


def test_a_finally_sees_its_try_and_a_node_of_the_try_does_not_see_the_finally() -> None:
    attempt, end = node("t", "try"), node("end", "finally", parent="t")
    tidy = reads("tidy", "nodes.a.v ?? errors.b.message ?? nodes.before.v", parent="end")
    body = [reads("a", "1", parent="t"), reads("b", "2", parent="t")]
    assert codes(reads("before", "1"), attempt, *body, end, tidy, edges=(("before", "t"),)) == []
    curious = reads("b", "nodes.tidy.v", parent="t")
    assert codes(attempt, body[0], curious, end, reads("tidy", "1", parent="end")) == [("unknown_reference", "b")]


@pytest.mark.parametrize(
    ("field", "text", "fits"),
    [
        ("while", "carry < index", True),
        ("while", "nodes.inside.v", False),
        ("until", "carry < index and nodes.inside.v", True),
        ("next", "carry + nodes.inside.v + index", True),
        ("initial", "carry", False),
        ("initial", "index", False),
        ("initial", "nodes.before.v", True),
    ],
)
def test_the_fields_of_a_loop_see_what_is_there_when_they_are_evaluated(field: str, text: str, fits: bool) -> None:
    config = {"until": "{{ index = 3 }}", field: f"{{{{ {text} }}}}"}
    found = codes(reads("before", "1"), node("again", "loop", config), reads("inside", "index", parent="again"), edges=(("before", "again"),))
    assert found == ([] if fits else [("unknown_reference", "again")])


@pytest.mark.parametrize("field", ["items", "concurrency", "tolerated_failures"])
def test_the_fields_of_a_map_but_its_item_output_see_no_item(field: str) -> None:
    config = {"items": [1], field: "{{ item }}"}
    assert codes(node("all", "map", config), reads("inside", "item", parent="all")) == [("unknown_reference", "all")]


def test_the_fields_of_a_map_in_a_map_see_the_item_of_the_outer_one() -> None:
    outer = node("outer", "map", {"items": [[1], [2]]})
    assert codes(outer, node("inner", "map", {"items": "{{ item }}", "item_output": "{{ item }}"}, parent="outer")) == []


def test_every_field_of_one_item_list_sees_its_item_and_index() -> None:
    by = [{"value": "{{ item.total + index - count }}", "order": "asc"}]
    assert codes(node("sorted", "sort", {"items": "{{ input }}", "by": by})) == []


def test_a_field_that_a_closed_schema_does_not_have_is_found() -> None:
    assert codes(reads("a", "input.nmae"), input=CLOSED) == [("unknown_reference", "a")]
    assert codes(reads("a", "input.nmae ?? 1"), input=CLOSED) == []
    assert codes(reads("a", "input.name"), input=CLOSED) == []
    assert codes(reads("a", "input.nmae"), input={"type": "object"}) == []
    assert codes(send("s"), reads("a", "nodes.s.sise"), edges=(("s", "a"),)) == [("unknown_reference", "a")]


def test_a_field_that_runs_or_triggers_do_not_have_is_found() -> None:
    assert codes(reads("a", "run.resume_url & trigger.kind")) == []
    assert codes(reads("a", "run.idd")) == [("unknown_reference", "a")]
    assert codes(reads("a", "config.x")) == [("unknown_reference", "a")]


def test_an_expression_that_can_not_be_read_is_found_where_it_stands() -> None:
    (found,) = findings(node("a", "set", {"values": {"x": ["{{ 1 + }}"]}}))
    assert (found.code, found.path) == ("invalid_expression", "/nodes/0/config/values/x/0")


def test_the_output_of_the_run_sees_every_outermost_node() -> None:
    assert codes(reads("a", "1"), output={"x": "{{ nodes.a.v }}"}) == []
    assert codes(reads("a", "1"), output={"x": "{{ item }}"}) == [("unknown_reference", None)]
