"""`core.remove_duplicates@1`: of equal items only the first."""

from pydantic import Field

from interpreter.json_value import Json
from interpreter.node_type import NodeConfig
from interpreter.transforms.fields import Fields, PerItem
from interpreter.transforms.identity import identity
from interpreter.transforms.transform import ANY_LIST, transform


class RemoveDuplicatesConfig(NodeConfig):
    items: list[Json] = Field(description="The list.")
    by: PerItem | None = Field(default=None, description="What makes two items the same, such as {{ item.id }}; without it the whole item.")


def _remove_duplicates(fields: Fields) -> Json:
    items = fields.items("items")
    marks = fields.each("by").over(items) if fields.raw("by") is not None else iter(items)
    seen: set[str] = set()
    kept = []
    for item, mark in zip(items, marks, strict=True):
        name = identity(mark, fields.meter)
        if name not in seen:
            seen.add(name)
            kept.append(item)
    return kept


REMOVE_DUPLICATES = transform(
    _remove_duplicates,
    "core.remove_duplicates@1",
    "Remove duplicates",
    "Keeps the first of the items that are the same.",
    RemoveDuplicatesConfig,
    ANY_LIST,
    item_fields=("by",),
)
