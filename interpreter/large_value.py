"""Values that are too large to travel: what a reference to one looks like, and what can be read of it here.

A reference is `{"$payload": {"hash", "size", "type", "count"?, "extracts"?, "extracted"?, "at"?}}` and nothing else:
the SHA-256 of the value's JSON text in hex, its size in bytes, its JSON type, for an array the count of its items,
and the parts of it that expressions inside the workflow read. With `at` it stands for one element of the array.
"""

import json
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


def extract(
    value: Json, paths: Iterable[Iterable[str | int]], each: int = 4096, total: int = 16_384
) -> tuple[Json, list[list[str | int]]]:
    """The parts of a value at some paths, in their places, and the paths for which they say all that the value would.

    An absent path is marked by the object that has not got it. A path is left out where its leaf is larger than
    `each` bytes of JSON, where a list stands in its way, or where `total` is reached.
    """
    partial: Json = {}
    whole: list[tuple[str | int, ...]] = []
    told: list[list[str | int]] = []
    left = total
    # Shorter paths first: what they hold whole need not be taken apart again.
    for path in sorted((tuple(path) for path in paths), key=len):
        if any(path[: len(one)] == one for one in whole):
            told.append(list(path))
            continue
        leaf, steps = _walk(value, path)
        if isinstance(leaf, list) and len(steps) < len(path):
            continue
        absent = len(steps) < len(path)
        if absent and isinstance(leaf, dict):
            leaf = {}
        size = len(json.dumps(leaf))
        if size > min(each, left) or not isinstance(value, dict):
            continue
        left -= size
        _put(partial, steps, leaf, merge=absent)
        if not absent:
            whole.append(path)
        told.append(list(path))
    return partial, told


def _walk(value: Json, path: tuple[str | int, ...]) -> tuple[Json, tuple[str | int, ...]]:
    """What stands where the path ends or breaks off, and the steps that led there."""
    for place, step in enumerate(path):
        if not isinstance(value, dict) or step not in value:
            return value, path[:place]
        value = value[step]
    return value, path


def _put(partial: JsonObject, steps: tuple[str | int, ...], leaf: Json, merge: bool) -> None:
    for step in steps[:-1]:
        partial = partial.setdefault(str(step), {})
    if steps and not (merge and steps[-1] in partial):
        partial[str(steps[-1])] = leaf
