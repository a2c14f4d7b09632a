"""What a JSON Schema says about the type of a value somewhere inside of what it describes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from interpreter.json_value import Json, JsonObject

Types = frozenset[str]
"""Names of JSON types: `string`, `number`, `integer`, `boolean`, `array`, `object`, `null`."""
_MOST_STEPS = 200
_OF_VALUES = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"))


def types_at(schema: Json, steps: Sequence[str | int]) -> Types | None:
    """The types that a value behind some steps may have; None where the schema does not tell.

    A name never goes on through an array: there the language gathers a list or one value, and only a run knows.
    """
    places = list(_alternatives(schema, schema, 0))
    for step in steps:
        places = [inner for place in places for inner in _inside(schema, place, step)]
    found: set[str] = set()
    for place in places:
        types = _types(place)
        if types is None:
            return None
        found.update(types)
    return frozenset(found) or None


def type_of(value: Json) -> str:
    """The JSON type of a value."""
    return next((name for kind, name in _OF_VALUES if isinstance(value, kind)), "null")


def fits(given: Types, wanted: Types) -> bool:
    """Whether a value of one of the given types can be of a wanted one."""
    if given & wanted:
        return True
    numbers = {"integer", "number"}
    return bool(given & numbers) and bool(wanted & numbers)


def _alternatives(root: Json, schema: Json, depth: int) -> Iterator[Json]:
    """A schema with its references followed, and each way of an `anyOf` by itself."""
    if not isinstance(schema, dict) or depth > _MOST_STEPS:
        yield {}
        return
    reference = schema.get("$ref")
    if isinstance(reference, str):
        yield from _alternatives(root, _referenced(root, reference), depth + 1)
        return
    ways = next((schema[name] for name in ("anyOf", "oneOf") if isinstance(schema.get(name), list)), None)
    if ways is None:
        yield schema
        return
    for way in ways:
        yield from _alternatives(root, way, depth + 1)


def _referenced(root: Json, reference: str) -> Json:
    if not reference.startswith("#/"):
        return {}
    place: Any = root
    for step in reference[2:].split("/"):
        place = place.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(place, dict) else None
    return place


def _inside(root: Json, place: Json, step: str | int) -> Iterable[Json]:
    assert isinstance(place, dict)
    if isinstance(step, int):
        return _alternatives(root, place.get("items"), 0)
    properties = place.get("properties")
    if isinstance(properties, dict) and step in properties:
        return _alternatives(root, properties[step], 0)
    return ({},)


def _types(place: Json) -> list[str] | None:
    assert isinstance(place, dict)
    told = place.get("type")
    if isinstance(told, str):
        return [told]
    if isinstance(told, list) and told and all(isinstance(one, str) for one in told):
        return told
    values: JsonObject | list[Json] | None = [place["const"]] if "const" in place else place.get("enum")
    return [type_of(value) for value in values] if isinstance(values, list) and values else None
