"""Aggregates, with and without groups."""

from typing import Any

import pytest

from interpreter.expressions import NumberRange
from tests.interpreter.transforms.applying import apply, failure

SALES = [
    {"country": "DE", "city": "Berlin", "total": 10},
    {"country": "FR", "city": "Paris", "total": 2.5},
    {"country": "DE", "city": "Bonn", "total": 5},
    {"country": "DE", "city": "Berlin", "total": None},
]


def field(function: str, value: str | None = "{{ item.total }}", name: str = "x") -> dict[str, Any]:
    return {"name": name, "function": function, **({} if value is None else {"value": value})}


def one(function: str, items: list[Any], value: str | None = "{{ item }}") -> Any:
    return apply("aggregate", {"items": "{{ input }}", "fields": [field(function, value)]}, input=items)["x"]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("sum", 17.5), ("average", 17.5 / 3), ("min", 2.5), ("max", 10), ("count", 3), ("first", 10), ("last", None),
        ("list", [10, 2.5, 5, None]), ("distinct", [10, 2.5, 5]),
    ],
)  # fmt: skip
def test_without_groups_the_output_is_one_object(function: str, expected: Any) -> None:
    config = {"items": "{{ input }}", "fields": [field(function)]}
    assert apply("aggregate", config, input=SALES) == {"x": expected}


@pytest.mark.parametrize(
    ("function", "expected"),
    [("sum", 0), ("average", None), ("min", None), ("max", None), ("count", 0), ("first", None), ("last", None), ("list", []), ("distinct", [])],
)
def test_an_empty_list_has_aggregates_too(function: str, expected: Any) -> None:
    assert one(function, []) == expected


def test_groups_come_in_the_order_of_their_first_items() -> None:
    config = {
        "items": "{{ input }}",
        "group_by": [{"name": "country", "value": "{{ item.country }}"}, {"name": "city", "value": "{{ item.city }}"}],
        "fields": [field("sum", name="total"), field("count", None, name="orders")],
    }
    assert apply("aggregate", config, input=SALES) == [
        {"country": "DE", "city": "Berlin", "total": 10, "orders": 2},
        {"country": "FR", "city": "Paris", "total": 2.5, "orders": 1},
        {"country": "DE", "city": "Bonn", "total": 5, "orders": 1},
    ]


def test_groups_of_an_empty_list_are_an_empty_list() -> None:
    config = {"items": [], "group_by": [{"name": "a", "value": "{{ item.a }}"}], "fields": [field("count", None)]}
    assert apply("aggregate", config) == []


def test_a_value_is_the_item_itself_where_none_is_given() -> None:
    assert one("list", [1, {"a": 2}], None) == [1, {"a": 2}]
    assert one("sum", [1, 2, 3], None) == 6


def test_null_groups_with_null_and_one_with_one_point_zero() -> None:
    config = {"items": "{{ input }}", "group_by": [{"name": "k", "value": "{{ item }}"}], "fields": [field("count", "{{ 1 }}")]}
    assert apply("aggregate", config, input=[None, 1, 1.0, None, True]) == [{"k": None, "x": 2}, {"k": 1, "x": 2}, {"k": True, "x": 1}]


def test_fractions_are_added_without_the_errors_of_one_by_one() -> None:
    assert one("sum", [0.1] * 10) == 1
    assert one("sum", [1e16, 1.0, -1e16]) == 1


def test_whole_numbers_that_can_not_be_held_exactly_are_a_range_error() -> None:
    config = {"items": "{{ input }}", "fields": [field("sum", "{{ item }}")]}
    for items in ([2**53, 1], [2**60], [1.7e308, 1.7e308]):
        assert isinstance(failure("aggregate", config, input=items), NumberRange)


@pytest.mark.parametrize(("function", "items"), [("sum", [1, "2"]), ("average", [True]), ("min", [1, "a"]), ("max", [[1]]), ("min", [True])])
def test_a_value_of_the_wrong_type_names_its_item(function: str, items: list[Any]) -> None:
    config = {"items": "{{ input }}", "fields": [field("count", None), field(function, "{{ item }}", "y")]}
    error = failure("aggregate", config, input=items)
    assert (error.name, error.details["path"], error.details["index"]) == ("TypeError", "/fields/1/value", len(items) - 1)


def test_the_least_and_the_greatest_text_are_found_by_character() -> None:
    assert (one("min", ["b", "a", None]), one("max", ["b", "a"])) == ("a", "b")


def test_names_and_functions_may_be_expressions() -> None:
    config = {"items": [1, 2], "fields": [{"name": "{{ input.n }}", "function": "{{ input.f }}", "value": "{{ item }}"}]}
    assert apply("aggregate", config, input={"n": "all", "f": "sum"}) == {"all": 3}
    assert failure("aggregate", config, input={"n": "all", "f": "median"}).name == "TypeError"
