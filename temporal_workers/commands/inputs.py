"""Reads what people pass to a command: a definition file, or JSON on the command line."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from interpreter.json_value import Json, JsonObject
from temporal_workers.errors import InputUnreadable


def read_json_file(path: Path) -> Json:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise InputUnreadable(
            f"{path} cannot be read: {failure}", "Give the path of a JSON file in UTF-8."
        ) from failure
    return parse_json(text, str(path))


def read_json_argument(text: str, where: str) -> Json:
    """JSON as it is written on the command line, or `@FILE`; `where` names the option."""
    return read_json_file(Path(text[1:])) if text.startswith("@") else parse_json(text, where)


def read_run_input(text: str) -> JsonObject:
    value = read_json_argument(text, "--input")
    if not isinstance(value, dict):
        raise InputUnreadable("--input is no JSON object.", """Write it like --input '{"order_id": "7"}'.""")
    return value


def parse_json(text: str, where: str) -> Json:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as failure:
        raise InputUnreadable(f"{where} is no valid JSON: {failure}", "Correct it and try again.") from failure


def _unique(pairs: Sequence[tuple[str, Json]]) -> JsonObject:
    keys = [key for key, _ in pairs]
    twice = (
        next((key for index, key in enumerate(keys) if key in keys[:index]), None)
        if len(set(keys)) < len(keys)
        else None
    )
    if twice is not None:
        raise ValueError(f"the key {twice!r} occurs twice in one object")
    return dict(pairs)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
