"""Values that are too large to travel: what a reference to one looks like, and what can be read of it here.

A reference is `{"$payload": {"hash", "size", "type", "count"?, "extracts"?, "extracted"?, "at"?}}` and nothing else:
the SHA-256 of the value's JSON text in hex, its size in bytes, its JSON type, for an array the count of its items,
and the parts of it that expressions inside the workflow read. With `at` it stands for one element of the array.
"""

from collections.abc import Iterable

from interpreter.json_value import Json, JsonObject

KEY = "$payload"
_HASH_LENGTH = 64


def is_reference(value: Json) -> bool:
    """Whether the value stands for one that is kept elsewhere."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    told = value.get(KEY)
    return isinstance(told, dict) and isinstance(told.get("hash"), str) and len(told["hash"]) == _HASH_LENGTH


def holds_reference(value: Json) -> bool:
    """Whether a reference stands anywhere in the value."""
    open_values = [value]
    while open_values:
        one = open_values.pop()
        if isinstance(one, dict):
            if is_reference(one):
                return True
            open_values.extend(one.values())
        elif isinstance(one, list):
            open_values.extend(one)
    return False


def element_of(reference: JsonObject, place: int) -> JsonObject:
    """A reference to one element of an array that is kept elsewhere."""
    told = reference[KEY]
    return {KEY: {"hash": told["hash"], "size": told["size"], "type": "element", "at": place}}


def partial_of(reference: JsonObject) -> Json:
    """The parts of the value that are here, in their places."""
    return reference[KEY].get("extracts")


def extracted_of(reference: JsonObject) -> tuple[tuple[str, ...], ...]:
    """The paths for which `partial_of` says all that the whole value would."""
    paths: Iterable[list[str]] = reference[KEY].get("extracted", ())
    return tuple(tuple(path) for path in paths)
