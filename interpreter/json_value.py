"""The type of everything that travels between nodes: plain JSON values."""

from typing import Any

Json = Any
"""`str | int | float | bool | None | list[Json] | dict[str, Json]`; `Any` because a recursive
alias costs pydantic a schema walk at every use."""

JsonObject = dict[str, Any]
"""A JSON object."""


def pointer(*steps: str | int) -> str:
    """The JSON Pointer (RFC 6901) of a path of keys and indices; `""` for no steps."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
