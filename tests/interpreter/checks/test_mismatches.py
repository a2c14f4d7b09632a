"""Values of a type that a field can't take."""

from typing import Any

import pytest

from tests.interpreter.checks.checking import SEND, findings, node, send

INPUT = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "many": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "string"}}}},
        "flag": {"type": ["boolean", "null"]},
        "other": {"$ref": "#/$defs/number"},
        "free": {},
    },
    "$defs": {"number": {"type": "number"}},
}
FIRST = send("first")


def mismatches(one: dict[str, Any], **more: Any) -> list[str]:
    nodes = (FIRST, {**one, "id": "then"})
    found = findings(*nodes, edges=(("first", "then"),), input=INPUT, **more)
    return [finding.path for finding in found if finding.code == "type_mismatch"]


def if_(text: object) -> dict[str, Any]:
    return node("then", "if", {"condition": text})


@pytest.mark.parametrize(
    "text",
    ["{{ input.name }}", "{{ nodes.first.size }}", "{{ input.other + 1 }}", '{{ "yes" }}', '{{ input.name & "x" }}', "yes", 1],
)
def test_a_condition_that_can_not_be_a_boolean_is_found(text: object) -> None:
    assert mismatches(if_(text)) == ["/nodes/1/config/condition"]


@pytest.mark.parametrize(
    "text",
    ["{{ input.flag }}", "{{ input.free }}", "{{ nodes.first.more }}", "{{ input.name = 'x' }}", "{{ input.many.n }}", "{{ $exists(input.name) }}",
     "{{ input.free ?? true }}", "{{ input.many[0] }}", True, "{{ 1 + 1 = 2 }}", "{{ input.many.n.x }}"],
)  # fmt: skip
def test_a_condition_that_may_be_a_boolean_is_none(text: object) -> None:
    assert mismatches(if_(text)) == []


def test_the_items_of_a_map_must_be_a_list() -> None:
    assert mismatches(node("then", "map", {"items": "{{ input.name }}"})) == ["/nodes/1/config/items"]
    assert mismatches(node("then", "map", {"items": "{{ nodes.first.parts }}"})) == []
    assert mismatches(node("then", "map", {"items": "{{ input.many[n = 'x'] }}"})) == []


def test_the_fields_of_a_service_are_compared_with_what_they_get() -> None:
    def with_(**config: Any) -> list[str]:
        return mismatches(send("then", config=config))

    assert with_(times="{{ nodes.first.id }}") == ["/nodes/1/config/times"]
    assert with_(times="{{ nodes.first.size }}", text="{{ nodes.first.id }}") == []
    assert with_(times="{{ input.other }}") == []
    assert with_(text="{{ nodes.first.size }}") == ["/nodes/1/config/text"]
    assert with_(text="it is {{ nodes.first.size }}", anything="{{ input.name }}") == []
    assert with_(to=["{{ input.name }}", "{{ input.other }}"]) == ["/nodes/1/config/to/1"]
    assert with_(options={"fast": "{{ input.name }}"}) == []
    assert with_(either="{{ input.name }}") == []
    assert with_(either="{{ input.many }}") == ["/nodes/1/config/either"]


def test_a_number_written_as_a_text_is_read_by_a_service_and_not_by_the_machine() -> None:
    assert mismatches(send("then", config={"times": "5"})) == []
    assert mismatches(node("then", "map", {"items": [1], "concurrency": "5"})) == ["/nodes/1/config/concurrency"]


def test_a_message_of_a_control_node_may_be_a_number() -> None:
    assert mismatches(node("then", "fail", {"name": "No", "message": "{{ nodes.first.size }}"})) == []


def test_what_is_asked_for_each_item_is_not_compared_but_the_list_is() -> None:
    config = {"items": "{{ nodes.first.parts }}", "condition": "{{ index > 3 }}"}
    assert mismatches(node("then", "filter", config)) == []
    assert mismatches(node("then", "filter", {**config, "items": "{{ input.name }}"})) == ["/nodes/1/config/items"]
    by = [{"value": "{{ index }}", "order": "desc"}]
    assert mismatches(node("then", "sort", {"items": "{{ nodes.first.parts }}", "by": by})) == []


def test_a_place_that_is_wrong_anyway_is_said_once() -> None:
    found = findings(if_("input.x > 3"))
    assert [one.code for one in found if one.path.endswith("condition")] == ["invalid_config"]


def test_the_output_of_a_node_that_may_be_null_is_not_compared() -> None:
    found = findings({**FIRST, "on_error": "continue"}, if_("{{ nodes.first.size }}"), edges=(("first", "then"),))
    assert [one.code for one in found if one.code == "type_mismatch"] == []
    assert SEND.output_schema["properties"]["size"] == {"type": "integer"}
