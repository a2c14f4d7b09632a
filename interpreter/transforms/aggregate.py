"""`core.aggregate@1`: sums, counts and lists over a list, in groups where wanted."""

import math
from collections.abc import Callable
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from interpreter.expressions import Meter, NumberRange
from interpreter.expressions.operators import kind_of
from interpreter.expressions.values import MAX_EXACT, exact, is_number, operand
from interpreter.json_value import Json, JsonObject
from interpreter.node_type import NodeConfig
from interpreter.transforms.fields import EachItem, Fields, PerItem
from interpreter.transforms.identity import identity
from interpreter.transforms.transform import transform

_Function = Literal["sum", "average", "min", "max", "count", "first", "last", "list", "distinct"]
_Values = list[tuple[int, Json]]
"""The values of one field in one group, each with the index of its item."""
_Reduce = Callable[[Meter, EachItem, _Values], Json]
_FIELD_BYTES = 24


class Group(BaseModel):
    """A value that all items of a group have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200, description="The field of the output that holds it.")
    value: PerItem = Field(description="With item, index and count: {{ item.country }}.")


class Aggregate(BaseModel):
    """A field of the output, made from all items of a group."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200, description="The field of the output.")
    value: PerItem | None = Field(default=None, description="With item, index and count: {{ item.total }}; without it the item itself.")
    function: _Function = Field(description="What becomes of the values. Null is left out, except by first, last and list.")


class AggregateConfig(NodeConfig):
    items: list[Json] = Field(description="The list.")
    group_by: tuple[Group, ...] = Field(
        default=(), max_length=10, description="With groups the output is a list of objects, one for each group; without, one object."
    )
    fields: tuple[Aggregate, ...] = Field(min_length=1, max_length=100, description="The fields of the output.")

    @model_validator(mode="after")
    def _every_name_is_used_once(self) -> Self:
        names = [*(one.name for one in self.group_by), *(one.name for one in self.fields)]
        if len({*names}) < len(names):
            raise ValueError("two fields of the output have the same name")
        return self


def _aggregate(fields: Fields) -> Json:
    items = fields.items("items")
    groups = _groups(fields, items)
    made: list[JsonObject] = [dict(common) for common, _ in groups]
    for place in fields.entries("fields"):
        name = fields.text("fields", place, "name")
        reduce = _FUNCTIONS[fields.choice("fields", place, "function", of=tuple(_FUNCTIONS))]
        each = fields.each("fields", place, "value")
        values = list(each.over(items))
        fields.meter.grow(_FIELD_BYTES * (len(items) + len(groups)))
        for row, (_, members) in zip(made, groups, strict=True):
            row[name] = reduce(fields.meter, each, [(index, values[index]) for index in members])
    return made if fields.entries("group_by") else made[0]


def _groups(fields: Fields, items: list[Json]) -> list[tuple[JsonObject, list[int]]]:
    """What the items of each group have in common, and their indices; groups in the order of their first items."""
    names = [fields.text("group_by", place, "name") for place in fields.entries("group_by")]
    if not names:
        return [({}, list(range(len(items))))]
    columns = [list(fields.each("group_by", place, "value").over(items)) for place in range(len(names))]
    found: dict[tuple[str, ...], tuple[JsonObject, list[int]]] = {}
    for index in range(len(items)):
        marks = tuple(identity(column[index], fields.meter) for column in columns)
        if marks not in found:
            found[marks] = ({name: column[index] for name, column in zip(names, columns, strict=True)}, [])
        found[marks][1].append(index)
    return list(found.values())


def _present(values: _Values) -> _Values:
    return [(index, value) for index, value in values if value is not None]


def _numbers(each: EachItem, values: _Values) -> list[float]:
    for index, value in values:
        if not is_number(value):
            raise each.wrong(index, value, "a number", "use $number(…)")
    return [operand(value) for _, value in values]


def _total(numbers: list[float]) -> int | float:
    try:
        # Whole numbers stay exact; fractions are added without the rounding errors of one by one.
        total = sum(numbers) if all(isinstance(number, int) for number in numbers) else math.fsum(numbers)
    except OverflowError:
        raise NumberRange("the sum is too large for a number") from None
    if abs(total) > MAX_EXACT and isinstance(total, int):
        raise NumberRange("the sum is beyond 2^53, where whole numbers are not exact any more")
    return exact(total)


def _sum(_: Meter, each: EachItem, values: _Values) -> Json:
    return _total(_numbers(each, _present(values)))


def _average(_: Meter, each: EachItem, values: _Values) -> Json:
    numbers = _numbers(each, _present(values))
    return exact(_total(numbers) / len(numbers)) if numbers else None


def _extreme(choose: Callable[..., Json]) -> _Reduce:
    def extreme(_: Meter, each: EachItem, values: _Values) -> Json:
        present = _present(values)
        for index, value in present:
            if not isinstance(value, str) and not is_number(value):
                raise each.wrong(index, value, "a number or a text")
            if isinstance(value, str) != isinstance(present[0][1], str):
                raise each.wrong(index, value, f"{kind_of(present[0][1])} like the others")
        return choose((value for _, value in present), default=None)

    return extreme


def _distinct(meter: Meter, _: EachItem, values: _Values) -> Json:
    found: dict[str, Json] = {}
    for _index, value in _present(values):
        found.setdefault(identity(value, meter), value)
    return list(found.values())


_FUNCTIONS: dict[str, _Reduce] = {
    "sum": _sum,
    "average": _average,
    "min": _extreme(min),
    "max": _extreme(max),
    "count": lambda _meter, _each, values: len(_present(values)),
    "first": lambda _meter, _each, values: values[0][1] if values else None,
    "last": lambda _meter, _each, values: values[-1][1] if values else None,
    "list": lambda _meter, _each, values: [value for _, value in values],
    "distinct": _distinct,
}

AGGREGATE = transform(
    _aggregate,
    "core.aggregate@1",
    "Aggregate",
    "Sums, counts, averages, lists and more over the items of a list, in groups where wanted.",
    AggregateConfig,
    {"type": ["object", "array"]},
    item_fields=("group_by", "fields"),
)
