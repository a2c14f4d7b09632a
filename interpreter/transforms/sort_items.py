"""`core.sort@1`: a list in order, by one value or several."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from interpreter.expressions.operators import kind_of
from interpreter.json_value import Json
from interpreter.node_type import NodeConfig
from interpreter.transforms.fields import EachItem, Fields, PerItem
from interpreter.transforms.transform import ANY_LIST, transform

_COMPARISONS_PER_STEP_SHIFT = 2


class SortKey(BaseModel):
    """A value to sort by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: PerItem = Field(description="What to sort by, with item, index and count: {{ item.total }}.")
    order: Literal["asc", "desc"] = Field(default="asc", description="Ascending or descending; items without a value come last either way.")


class SortConfig(NodeConfig):
    items: list[Json] = Field(description="The list.")
    by: tuple[SortKey, ...] = Field(min_length=1, max_length=10, description="The first value decides; the next one where it is equal.")


def _sort(fields: Fields) -> Json:
    items = fields.items("items")
    size = len(items)
    keys = [
        (fields.each("by", place, "value"), fields.choice("by", place, "order", of=("asc", "desc"), default="asc"))
        for place in fields.entries("by")
    ]
    columns = [(list(_comparable(key, items)), order == "desc") for key, order in keys]
    fields.meter.step(size * size.bit_length() * len(columns) >> _COMPARISONS_PER_STEP_SHIFT)
    places = list(range(size))
    # The last key first: each pass is stable, so that the order of the earlier keys has the last word.
    for column, descending in reversed(columns):
        places.sort(key=_ranked(column, descending), reverse=descending)
    return [items[place] for place in places]


def _comparable(key: EachItem, items: list[Json]) -> Any:
    """The values of a key, which are all of one kind."""
    first: Json = None
    for index, value in enumerate(key.over(items)):
        if value is not None:
            if isinstance(value, list | dict):
                raise key.wrong(index, value, "a number, a text or a boolean")
            if first is None:
                first = value
            elif kind_of(value) != kind_of(first):
                raise key.wrong(index, value, f"{kind_of(first)} like the others", "mixed values have no order: use $number(…) or $string(…)")
        yield value


def _ranked(column: list[Any], descending: bool) -> Any:
    """Null comes last, in either direction."""
    last, others = (0, 1) if descending else (1, 0)
    return lambda place: (last,) if column[place] is None else (others, column[place])


SORT = transform(
    _sort,
    "core.sort@1",
    "Sort",
    "Puts the items of a list in order, by one value or several.",
    SortConfig,
    ANY_LIST,
    item_fields=("by",),
)
