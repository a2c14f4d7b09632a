"""`core.compare@1`: what two lists, or two objects, have in common and where they differ."""

from typing import Literal

from pydantic import Field

from interpreter.json_value import Json, JsonObject
from interpreter.node_type import NodeConfig
from interpreter.transforms.fields import POINTER_BYTES, Fields, PerItem, refused, wrong
from interpreter.transforms.identity import identity
from interpreter.transforms.matches import render_list
from interpreter.transforms.transform import transform

_Side = Literal["left", "right"]
_PAIR_BYTES = 64
_COLLECTION: JsonObject = {"type": ["array", "object"]}
_OUTPUT: JsonObject = {
    "type": "object",
    "properties": {
        "added": {**_COLLECTION, "description": "Only on the right."},
        "removed": {**_COLLECTION, "description": "Only on the left."},
        "changed": {**_COLLECTION, "description": "On both sides, and different: left, right, and the names of the fields that differ."},
        "same": {**_COLLECTION, "description": "On both sides, and equal."},
    },
    "required": ["added", "removed", "changed", "same"],
    "additionalProperties": False,
}


class CompareConfig(NodeConfig):
    left: list[Json] | dict[str, Json] = Field(description="A list or an object: how it was.")
    right: list[Json] | dict[str, Json] = Field(description="A list or an object, like the left one: how it is.")
    by: PerItem | None = Field(
        default=None, description="For lists: what says that two items belong together, such as {{ item.id }}; without it only equal items do."
    )


def _compare(fields: Fields) -> Json:
    left, right = _side(fields, "left"), _side(fields, "right")
    if isinstance(left, list) and isinstance(right, list):
        return _lists(fields, left, right)
    if isinstance(left, dict) and isinstance(right, dict):
        if fields.raw("by") is not None:
            raise refused(("by",), "is for lists", "the fields of two objects belong together by their names")
        return _objects(fields, left, right)
    raise wrong(("right",), right, "a list like left" if isinstance(left, list) else "an object like left")


def _side(fields: Fields, side: _Side) -> Json:
    value = render_list(fields.raw(side), f"/{side}", fields.roots, fields.meter)
    if not isinstance(value, list | dict):
        raise wrong((side,), value, "a list or an object")
    fields.meter.step(len(value))
    fields.meter.grow(POINTER_BYTES * len(value))
    return value


def _lists(fields: Fields, left: list[Json], right: list[Json]) -> Json:
    """Items with equal keys are paired in their order; what is left over was added or removed."""
    waiting: dict[str, list[int]] = {}
    right_keys = _keys(fields, right)
    for place, key in enumerate(right_keys):
        waiting.setdefault(identity(key, fields.meter), []).append(place)
    for places in waiting.values():
        places.reverse()
    paired: set[int] = set()
    removed, changed, same = [], [], []
    for item, key in zip(left, _keys(fields, left), strict=True):
        places = waiting.get(identity(key, fields.meter), [])
        if not places:
            removed.append(item)
            continue
        place = places.pop()
        paired.add(place)
        if identity(item, fields.meter) == identity(right[place], fields.meter):
            same.append(item)
        else:
            changed.append({"key": key, **_difference(fields, item, right[place])})
    added = [item for place, item in enumerate(right) if place not in paired]
    return {"added": added, "removed": removed, "changed": changed, "same": same}


def _keys(fields: Fields, items: list[Json]) -> list[Json]:
    return list(fields.each("by").over(items)) if fields.raw("by") is not None else items


def _objects(fields: Fields, left: JsonObject, right: JsonObject) -> Json:
    changed, same = {}, {}
    for name, value in left.items():
        if name not in right:
            continue
        if identity(value, fields.meter) == identity(right[name], fields.meter):
            same[name] = value
        else:
            changed[name] = _difference(fields, value, right[name])
    return {
        "added": {name: value for name, value in right.items() if name not in left},
        "removed": {name: value for name, value in left.items() if name not in right},
        "changed": changed,
        "same": same,
    }


def _difference(fields: Fields, left: Json, right: Json) -> JsonObject:
    fields.meter.grow(_PAIR_BYTES)
    return {"left": left, "right": right, "fields": _differing(fields, left, right)}


def _differing(fields: Fields, left: Json, right: Json) -> list[str]:
    """The names of the fields in which two objects differ; none for other values."""
    if not isinstance(left, dict) or not isinstance(right, dict):
        return []
    names = [*left, *(name for name in right if name not in left)]
    meter = fields.meter
    differing = [
        name
        for name in names
        if name not in left or name not in right or identity(left[name], meter) != identity(right[name], meter)
    ]
    meter.grow(sum(len(name) for name in differing))
    return differing


COMPARE = transform(
    _compare,
    "core.compare@1",
    "Compare",
    "Finds what was added, removed and changed between two lists or two objects.",
    CompareConfig,
    _OUTPUT,
    item_fields=("by",),
)
