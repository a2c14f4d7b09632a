"""The kinds of credentials, each with the fields of its secret part."""

from dataclasses import dataclass

from interpreter.json_value import JsonObject

_LONGEST = 16_384


@dataclass(frozen=True, slots=True)
class Kind:
    id: str
    title: str
    description: str
    fields: tuple[str, ...]

    def schema(self) -> JsonObject:
        """JSON Schema of `data`."""
        text = {"type": "string", "minLength": 1, "maxLength": _LONGEST}
        return {
            "type": "object",
            "properties": dict.fromkeys(self.fields, text),
            "required": list(self.fields),
            "additionalProperties": False,
        }


KINDS = {
    kind.id: kind
    for kind in (
        Kind("bearer", "Bearer token", "Authorization: Bearer <token>", ("token",)),
        Kind("basic", "User and password", "HTTP basic authentication", ("username", "password")),
        Kind("header", "Header", "A header of your own with a secret value", ("name", "value")),
        Kind("query", "Query parameter", "A secret in the address; prefer a header where you can", ("name", "value")),
    )
}


def wrong_fields(kind: Kind, data: JsonObject) -> str | None:
    """What does not fit, named by its field; None when all does. No value is ever shown."""
    for name in kind.fields:
        if name not in data:
            return f"data.{name}: it is missing"
    for name, value in data.items():
        if name not in kind.fields:
            return f"data.{name}: {kind.id} has {', '.join(kind.fields)}"
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
            return f"data.{name}: write a text of 1 to {_LONGEST} characters"
        if any(character in value for character in "\r\n"):
            return f"data.{name}: it may not hold a line break"
    return None
