"""Filter, sort, limit and duplicates."""

import random
from typing import Any

import pytest

from interpreter.expressions import EvaluationError, MissingValue, OperandError
from tests.interpreter.transforms.applying import apply, failure

ORDERS = [
    {"id": "a", "total": 30, "country": "DE"},
    {"id": "b", "total": 10, "country": "FR"},
    {"id": "c", "total": 30, "country": "FR"},
    {"id": "d", "total": None, "country": "DE"},
]
ITEMS = "{{ input }}"


def ids(items: list[Any]) -> str:
    return "".join(item["id"] for item in items)


def test_filter_keeps_the_items_for_which_the_condition_is_true() -> None:
    assert ids(apply("filter", {"items": ITEMS, "condition": "{{ item.country = 'FR' }}"}, input=ORDERS)) == "bc"


def test_a_condition_sees_the_index_the_count_and_the_other_roots() -> None:
    condition = "{{ index >= vars.from and index < count - 1 }}"
    assert ids(apply("filter", {"items": ITEMS, "condition": condition}, input=ORDERS, vars={"from": 1})) == "bc"


def test_an_item_hides_the_item_of_a_map_around_the_node() -> None:
    config = {"items": "{{ item.lines }}", "condition": "{{ item > 1 }}"}
    assert apply("filter", config, item={"lines": [1, 2, 3]}, index=7, count=9) == [2, 3]


@pytest.mark.parametrize("condition", ["{{ item.total }}", "{{ item.country }}", "{{ null }}", "{{ item }}"])
def test_a_condition_that_is_no_boolean_is_a_type_error_that_names_the_item(condition: str) -> None:
    error = failure("filter", {"items": ITEMS, "condition": condition}, input=ORDERS)
    assert (error.name, error.details["path"], error.details["index"]) == ("TypeError", "/condition", 0)


def test_a_failing_expression_says_at_which_item() -> None:
    error = failure("filter", {"items": ITEMS, "condition": "{{ item.total > 5 }}"}, input=[{"total": 9}, {}])
    assert isinstance(error, MissingValue) and error.details["index"] == 1 and error.details["path"] == "/condition"


def test_null_is_an_item_like_others() -> None:
    assert apply("filter", {"items": ITEMS, "condition": "{{ item = null }}"}, input=[1, None, 2, None]) == [None, None]


@pytest.mark.parametrize("type_id", ["filter", "sort", "limit", "remove_duplicates"])
@pytest.mark.parametrize("value", [None, 5, "text", {"a": 1}, True])
def test_what_is_no_list_is_a_type_error_of_items(type_id: str, value: Any) -> None:
    rest: dict[str, Any] = {"filter": {"condition": "{{ true }}"}, "sort": {"by": [{"value": "{{ item }}"}]}, "limit": {"count": 1}}.get(type_id, {})
    error = failure(type_id, {"items": ITEMS, **rest}, input=value)
    assert isinstance(error, OperandError) and error.details["path"] == "/items"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ("{{ input.orders[total > 100] }}", []),
        ("{{ input.orders[total = 10] }}", ["b"]),
        ("{{ input.orders[total = 10].id }}", ["b"]),
        ("{{ input.orders[0] }}", ["a"]),
        ("{{ input.one.lines.id }}", ["x"]),
        ("{{ input.one.* }}", ["x"]),
        ("{{ input.orders^(id)[0] }}", ["a"]),
        ("{{ input.orders.{'id': id}[id = 'c'] }}", ["c"]),
        ("{{ [] }}", []),
    ],
)
def test_a_path_that_selects_gives_a_list_also_with_one_match_or_none(items: str, expected: list[str]) -> None:
    root = {"orders": ORDERS, "one": {"lines": [{"id": "x"}]}}
    orders = apply("limit", {"items": items, "count": 9}, input={**root, "orders": ORDERS[:3]})
    assert [one["id"] if isinstance(one, dict) else one for one in orders] == expected


def test_a_plain_path_to_an_object_is_no_list_of_one() -> None:
    assert failure("limit", {"items": "{{ input.one }}", "count": 9}, input={"one": {"id": 1}}).name == "TypeError"


def test_a_selecting_path_must_exist_like_any_other() -> None:
    error = failure("limit", {"items": "{{ input.gone[id = 1] }}", "count": 9}, input={})
    assert isinstance(error, MissingValue) and error.details["expression"] == "input.gone[id = 1]"


def test_items_may_be_written_into_the_config() -> None:
    assert apply("limit", {"items": [1, "{{ input }}", 3], "count": 2}, input=2) == [1, 2]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"count": 2}, [0, 1]),
        ({"count": 2, "skip": 3}, [3, 4]),
        ({"count": 2, "from": "end"}, [3, 4]),
        ({"count": 2, "from": "end", "skip": 1}, [2, 3]),
        ({"count": 9}, [0, 1, 2, 3, 4]),
        ({"count": 9, "from": "end"}, [0, 1, 2, 3, 4]),
        ({"count": 9, "skip": 9}, []),
        ({"count": 9, "from": "end", "skip": 9}, []),
        ({"count": 0}, []),
        ({"count": 0, "from": "end"}, []),
        ({"count": "{{ 1 + 1 }}", "from": "{{ 'end' }}"}, [3, 4]),
        ({"count": 2.0}, [0, 1]),
    ],
)
def test_limit_takes_so_many_from_the_start_or_the_end(config: dict[str, Any], expected: list[int]) -> None:
    assert apply("limit", {"items": ITEMS, **config}, input=[0, 1, 2, 3, 4]) == expected


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"count": "{{ -1 }}"}, "/count"),
        ({"count": "{{ 1.5 }}"}, "/count"),
        ({"count": "{{ true }}"}, "/count"),
        ({"count": 1, "skip": "{{ 'x' }}"}, "/skip"),
        ({"count": 1, "from": "{{ 'middle' }}"}, "/from"),
        ({}, "/count"),
    ],
)
def test_a_limit_that_is_none_is_a_type_error_of_its_field(config: dict[str, Any], path: str) -> None:
    error = failure("limit", {"items": ITEMS, **config}, input=[1])
    assert (error.name, error.details["path"]) == ("TypeError", path)


def test_sort_is_stable_and_null_comes_last_in_both_directions() -> None:
    by = [{"value": "{{ item.total }}"}]
    assert ids(apply("sort", {"items": ITEMS, "by": by}, input=ORDERS)) == "bacd"
    by = [{"value": "{{ item.total }}", "order": "desc"}]
    assert ids(apply("sort", {"items": ITEMS, "by": by}, input=ORDERS)) == "acbd"


def test_the_next_key_decides_where_the_first_is_equal() -> None:
    by = [{"value": "{{ item.country }}", "order": "desc"}, {"value": "{{ item.total }}"}]
    assert ids(apply("sort", {"items": ITEMS, "by": by}, input=ORDERS)) == "bcad"


def test_texts_sort_by_character_and_booleans_from_false_to_true() -> None:
    by = [{"value": "{{ item }}"}]
    assert apply("sort", {"items": ITEMS, "by": by}, input=["b", "B", "ä", "a"]) == ["B", "a", "b", "ä"]
    assert apply("sort", {"items": ITEMS, "by": by}, input=[True, False, True]) == [False, True, True]


@pytest.mark.parametrize("items", [[1, "2"], ["a", True], [1, True], [1.5, [2]], [{"a": 1}, {"a": 2}]])
def test_mixed_or_unordered_values_are_a_type_error(items: list[Any]) -> None:
    error = failure("sort", {"items": ITEMS, "by": [{"value": "{{ item }}"}]}, input=items)
    assert (error.name, error.details["path"]) == ("TypeError", "/by/0/value")


def test_sorting_agrees_with_a_naive_reference() -> None:
    chance = random.Random(7)
    for _ in range(200):
        items = [{"a": chance.choice([None, 1, 2, 3]), "b": chance.choice("xyz"), "n": n} for n in range(chance.randrange(12))]
        orders = [chance.choice(["asc", "desc"]) for _ in range(2)]
        by = [{"value": "{{ item.a }}", "order": orders[0]}, {"value": "{{ item.b }}", "order": orders[1]}]
        expected = list(items)
        expected.sort(key=lambda one: one["b"], reverse=orders[1] == "desc")
        present = sorted((one for one in expected if one["a"] is not None), key=lambda one: one["a"], reverse=orders[0] == "desc")
        expected = present + [one for one in expected if one["a"] is None]
        assert apply("sort", {"items": ITEMS, "by": by}, input=items) == expected


def test_of_equal_items_only_the_first_is_kept() -> None:
    items = [{"a": 1, "b": 2}, {"b": 2, "a": 1.0}, 1, 1.0, True, "1", None, None, [1], [True], "", []]
    assert apply("remove_duplicates", {"items": ITEMS}, input=items) == [{"a": 1, "b": 2}, 1, True, "1", None, [1], [True], "", []]


def test_an_expression_says_what_makes_two_items_the_same() -> None:
    assert ids(apply("remove_duplicates", {"items": ITEMS, "by": "{{ item.country }}"}, input=ORDERS)) == "ab"
    assert ids(apply("remove_duplicates", {"items": ITEMS, "by": "{{ [item.country, item.total] }}"}, input=ORDERS)) == "abcd"


def test_texts_that_look_like_each_others_parts_are_not_the_same() -> None:
    items = [["a", "b"], ['a"1:b'], [["a"], "b"], ["a", ["b"]], {"a": "b"}, ["ab"], [None], ["n"], [1, 2], [12], {"a": {}}, {"a": []}]
    assert apply("remove_duplicates", {"items": ITEMS}, input=items) == items


def test_whole_numbers_beyond_doubles_stay_different() -> None:
    assert apply("remove_duplicates", {"items": ITEMS}, input=[2**53, 2**53 + 1, float(2**53)]) == [2**53, 2**53 + 1]


def test_an_expression_that_is_none_is_an_expression_error() -> None:
    assert isinstance(failure("filter", {"items": ITEMS, "condition": "{{ item + }}"}, input=[1]), EvaluationError)
