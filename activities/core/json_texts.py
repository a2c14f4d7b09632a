"""Changes every text inside a JSON value."""

from collections.abc import Callable

from activities.kit.errors import InvalidResponse
from interpreter.json_value import Json


def with_texts(value: Json, change: Callable[[str], str]) -> Json:
    """The value with all its texts and names changed; raises `InvalidResponse` when it nests too deep."""
    try:
        return _changed(value, change)
    except RecursionError:
        raise InvalidResponse("the answer nests too deep", 'choose "text" or "binary" as the response') from None


def _changed(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(key): _changed(item, change) for key, item in value.items()}
    return [_changed(item, change) for item in value] if isinstance(value, list) else value
