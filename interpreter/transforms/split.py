"""`core.split@1`: a list into chunks, the lists inside of items into one list, a text into its parts."""

from typing import Self

from pydantic import Field, model_validator

from interpreter.json_value import Json, JsonObject
from interpreter.node_type import NodeConfig
from interpreter.transforms.fields import POINTER_BYTES, Fields, PerItem, refused, wrong
from interpreter.transforms.transform import ANY_LIST, transform

_FIELD_BYTES = 24


class SplitConfig(NodeConfig):
    items: list[Json] | None = Field(default=None, description="The list to split, with size or each.")
    size: int | None = Field(default=None, ge=1, description="Splits the list into chunks of so many items; the last one may be shorter.")
    each: PerItem | None = Field(default=None, description="Splits every item into the list that this gives, such as {{ item.lines }}.")
    keep: dict[str, Json] | None = Field(
        default=None, description="With each: fields of the item that every part of it keeps, such as {\"order\": \"{{ item.id }}\"}."
    )
    text: str | None = Field(default=None, description="The text to split, with separator.")
    separator: str | None = Field(default=None, min_length=1, description="Where the text is split; it is left out.")
    trim: bool = Field(default=False, description="Removes the white space around the parts of a text, and drops empty parts.")

    @model_validator(mode="after")
    def _one_way_to_split(self) -> Self:
        given = {name for name in ("items", "size", "each", "text", "separator") if getattr(self, name) is not None}
        if given not in ({"items", "size"}, {"items", "each"}, {"text", "separator"}):
            raise ValueError("give items and size, items and each, or text and separator")
        if self.keep is not None and self.each is None:
            raise ValueError("keep goes with each")
        return self


def _split(fields: Fields) -> Json:
    if fields.raw("text") is not None:
        return _parts(fields)
    return _chunks(fields) if fields.raw("each") is None else _inner(fields)


def _chunks(fields: Fields) -> list[Json]:
    items = fields.items("items")
    size = fields.whole("size", least=1)
    fields.meter.grow(POINTER_BYTES * (len(items) // size + 1))
    return [items[start : start + size] for start in range(0, len(items), size)]


def _parts(fields: Fields) -> list[Json]:
    text, separator = fields.text("text"), fields.text("separator")
    if not separator:
        raise refused(("separator",), "is empty", "give the text that stands between the parts")
    fields.meter.grow(len(text) + POINTER_BYTES * (1 + text.count(separator)))
    parts = text.split(separator)
    return [part.strip() for part in parts if part.strip()] if fields.flag("trim") else list(parts)


def _inner(fields: Fields) -> list[Json]:
    """The parts of all items in one list, each with what is kept of its item."""
    items = fields.items("items")
    meter = fields.meter
    kept = fields.each("keep").over(items) if fields.raw("keep") is not None else None
    found: list[Json] = []
    for parts in fields.each("each").lists_over(items):
        meter.step(len(parts))
        if kept is None:
            found += parts
            continue
        before = meter.built
        common = next(kept)
        if not isinstance(common, dict):
            raise wrong(("keep",), common, "an object")
        # Each part carries its own copy, as soon as it is written down.
        meter.grow((meter.built - before + _FIELD_BYTES * (1 + len(common))) * len(parts))
        found += [_with(common, part) for part in parts]
    return found


def _with(common: JsonObject, part: Json) -> JsonObject:
    return {**common, **part} if isinstance(part, dict) else {**common, "value": part}


SPLIT = transform(
    _split,
    "core.split@1",
    "Split",
    "Splits a list into chunks, the lists inside of items into one list, or a text into its parts.",
    SplitConfig,
    ANY_LIST,
    item_fields=("each", "keep"),
)
