"""Splitting and comparing."""

from typing import Any

import pytest

from tests.interpreter.transforms.applying import apply, failure

ORDERS = [{"id": 1, "lines": [{"sku": "a"}, {"sku": "b"}]}, {"id": 2, "lines": []}, {"id": 3, "lines": [{"sku": "c"}]}]


@pytest.mark.parametrize(
    ("count", "size", "expected"),
    [(5, 2, [[0, 1], [2, 3], [4]]), (4, 2, [[0, 1], [2, 3]]), (2, 9, [[0, 1]]), (0, 3, [])],
)
def test_a_list_is_split_into_chunks(count: int, size: int, expected: list[Any]) -> None:
    assert apply("split", {"items": "{{ input }}", "size": size}, input=list(range(count))) == expected


def test_the_lists_inside_of_items_become_one_list() -> None:
    assert apply("split", {"items": "{{ input }}", "each": "{{ item.lines }}"}, input=ORDERS) == [{"sku": "a"}, {"sku": "b"}, {"sku": "c"}]


def test_every_part_keeps_what_it_should_of_its_item() -> None:
    config = {"items": "{{ input }}", "each": "{{ item.lines }}", "keep": {"order": "{{ item.id }}", "at": "{{ index }}", "sku": "none"}}
    assert apply("split", config, input=ORDERS) == [
        {"order": 1, "at": 0, "sku": "a"},
        {"order": 1, "at": 0, "sku": "b"},
        {"order": 3, "at": 2, "sku": "c"},
    ]


def test_a_part_that_is_no_object_is_kept_as_value() -> None:
    config = {"items": [{"n": 1, "tags": ["x", None]}], "each": "{{ item.tags }}", "keep": {"n": "{{ item.n }}"}}
    assert apply("split", config) == [{"n": 1, "value": "x"}, {"n": 1, "value": None}]


def test_inner_lists_follow_the_rule_of_single_matches() -> None:
    assert apply("split", {"items": "{{ input }}", "each": "{{ item.lines[sku != 'b'].sku }}"}, input=ORDERS) == ["a", "c"]


def test_an_inner_value_that_is_no_list_names_its_item() -> None:
    error = failure("split", {"items": [{"l": []}, {"l": 5}], "each": "{{ item.l }}"})
    assert (error.name, error.details["path"], error.details["index"]) == ("TypeError", "/each", 1)


def test_a_text_is_split_at_its_separator() -> None:
    assert apply("split", {"text": "a, b,,c ,", "separator": ","}) == ["a", " b", "", "c ", ""]
    assert apply("split", {"text": "a, b,,c ,", "separator": ",", "trim": True}) == ["a", "b", "c"]
    assert apply("split", {"text": "", "separator": ","}) == [""]
    assert apply("split", {"text": "{{ input.t }}", "separator": "{{ input.s }}"}, input={"t": "x--y", "s": "--"}) == ["x", "y"]


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"text": "{{ 5 }}", "separator": ","}, "/text"),
        ({"text": "a", "separator": "{{ '' }}"}, "/separator"),
        ({"items": [1], "size": "{{ 0 }}"}, "/size"),
        ({"items": [1], "size": "{{ null }}"}, "/size"),
        ({"text": "a", "separator": ",", "trim": "{{ 1 }}"}, "/trim"),
    ],
)
def test_a_split_that_can_not_be_done_names_its_field(config: dict[str, Any], path: str) -> None:
    error = failure("split", config)
    assert (error.name, error.details["path"]) == ("TypeError", path)


def compare(left: Any, right: Any, **config: Any) -> Any:
    return apply("compare", {"left": "{{ input.left }}", "right": "{{ input.right }}", **config}, input={"left": left, "right": right})


def test_lists_are_compared_by_a_key() -> None:
    left = [{"id": 1, "n": "a"}, {"id": 2, "n": "b"}, {"id": 3, "n": "c"}]
    right = [{"id": 3, "n": "c"}, {"id": 2, "n": "B", "new": True}, {"id": 4, "n": "d"}]
    assert compare(left, right, by="{{ item.id }}") == {
        "added": [right[2]],
        "removed": [left[0]],
        "changed": [{"key": 2, "left": left[1], "right": right[1], "fields": ["n", "new"]}],
        "same": [left[2]],
    }


def test_without_a_key_only_equal_items_belong_together() -> None:
    assert compare([1, 2, 2, "a"], [2, 1.0, 3]) == {"added": [3], "removed": [2, "a"], "changed": [], "same": [1, 2]}


def test_items_with_the_same_key_are_paired_in_their_order() -> None:
    left, right = [{"k": 1, "n": 1}, {"k": 1, "n": 2}], [{"k": 1, "n": 1}, {"k": 1, "n": 3}, {"k": 1, "n": 4}]
    result = compare(left, right, by="{{ item.k }}")
    assert (result["same"], result["added"]) == ([left[0]], [right[2]])
    assert [(one["left"]["n"], one["right"]["n"]) for one in result["changed"]] == [(2, 3)]


def test_objects_are_compared_field_by_field() -> None:
    assert compare({"a": 1, "b": {"x": 1, "y": 2}, "c": None}, {"b": {"y": 3, "x": 1}, "c": None, "d": []}) == {
        "added": {"d": []},
        "removed": {"a": 1},
        "changed": {"b": {"left": {"x": 1, "y": 2}, "right": {"y": 3, "x": 1}, "fields": ["y"]}},
        "same": {"c": None},
    }


@pytest.mark.parametrize(("left", "right"), [([], {}), ({}, []), ([], 5), (None, []), ("a", "b")])
def test_a_list_and_an_object_can_not_be_compared(left: Any, right: Any) -> None:
    config = {"left": "{{ input.left }}", "right": "{{ input.right }}"}
    assert failure("compare", config, input={"left": left, "right": right}).name == "TypeError"


def test_a_key_for_two_objects_is_a_mistake() -> None:
    config = {"left": "{{ input }}", "right": "{{ input }}", "by": "{{ item.id }}"}
    assert failure("compare", config, input={}).details["path"] == "/by"
