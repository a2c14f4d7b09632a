"""Server-sent events: lines in, frames out."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from interpreter.json_value import JsonObject


@dataclass(frozen=True, slots=True)
class Frame:
    id: str | None
    event: str
    content: JsonObject


def frames(lines: Iterable[str]) -> Iterator[Frame]:
    id: str | None = None
    event = "message"
    content: list[str] = []
    for line in lines:
        if not line:
            if content:
                yield Frame(id, event, _parse("\n".join(content)))
            event, content = "message", []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            id = value
        elif name == "event":
            event = value
        elif name == "data":
            content.append(value)


def _parse(text: str) -> JsonObject:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
