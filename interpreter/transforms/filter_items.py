"""`core.filter@1`: keeps the items for which a condition holds."""

from pydantic import Field

from interpreter.json_value import Json
from interpreter.node_type import NodeConfig
from interpreter.transforms.fields import Fields, PerItem
from interpreter.transforms.transform import ANY_LIST, transform


class FilterConfig(NodeConfig):
    items: list[Json] = Field(description="The list, such as {{ nodes.fetch.body.orders }}.")
    condition: PerItem = Field(description="Asked for each item, with item, index and count: {{ item.total > 100 }}. True keeps the item.")


def _filter(fields: Fields) -> Json:
    items = fields.items("items")
    condition = fields.each("condition")
    kept = []
    for index, (item, holds) in enumerate(zip(items, condition.over(items), strict=True)):
        if not isinstance(holds, bool):
            raise condition.wrong(index, holds, "true or false", "compare it, or use $boolean(…)")
        if holds:
            kept.append(item)
    return kept


FILTER = transform(
    _filter,
    "core.filter@1",
    "Filter",
    "Keeps the items of a list for which a condition holds.",
    FilterConfig,
    ANY_LIST,
    item_fields=("condition",),
)
