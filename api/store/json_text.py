"""JSON as it is kept in a column."""

import json

from interpreter.json_value import Json


def written(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def read(text: str) -> Json:
    return json.loads(text)
