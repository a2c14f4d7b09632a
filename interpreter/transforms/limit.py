"""`core.limit@1`: so many items of a list, from its start or its end."""

from typing import Literal

from pydantic import Field

from interpreter.json_value import Json
from interpreter.node_type import NodeConfig
from interpreter.transforms.fields import Fields
from interpreter.transforms.transform import ANY_LIST, transform


class LimitConfig(NodeConfig):
    items: list[Json] = Field(description="The list.")
    count: int = Field(ge=0, description="How many items to keep at most.")
    from_: Literal["start", "end"] = Field(default="start", alias="from", description="Which end of the list they are taken from.")
    skip: int = Field(default=0, ge=0, description="So many items at that end are left out first.")


def _limit(fields: Fields) -> Json:
    items = fields.items("items")
    count = fields.whole("count", least=0)
    skip = fields.whole("skip", least=0, default=0)
    if fields.choice("from", of=("start", "end"), default="start") == "start":
        return items[skip : skip + count]
    end = max(0, len(items) - skip)
    return items[max(0, end - count) : end]


LIMIT = transform(
    _limit,
    "core.limit@1",
    "Limit",
    "Keeps so many items from the start or the end of a list.",
    LimitConfig,
    ANY_LIST,
)
