"""The one reader of JSON bodies: bounded in size and depth before it parses, and without JSON's loopholes."""

import json
import re
from typing import Any

from fastapi import Request

from api.kit.problem import TooLarge, Unprocessable
from interpreter.json_value import Json

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64
_MAX_DIGITS = 400
# Possessive, and a text that never ends is taken whole: each byte is looked at once.
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class StrictRequest(Request):
    """A request whose body is read under a bound, and whose JSON has one meaning only."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            chunks, size = [], 0
            async for chunk in self.stream():
                size += len(chunk)
                if size > MAX_BODY_BYTES:
                    raise TooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes")
                chunks.append(chunk)
            self._body = b"".join(chunks)
        return self._body

    async def json(self) -> Json:
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body())
        return self._json


def read_json(body: bytes) -> Json:
    """The value of a JSON text; raises `Unprocessable` for everything that two readers could read differently."""
    _check_depth(body)
    try:
        text = body.decode()
        value = json.loads(
            text, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_number, object_pairs_hook=_unique
        )
        # A lone surrogate can be written as an escape and breaks whoever stores the text.
        check_text(value)
    except UnicodeDecodeError as error:
        raise Unprocessable(f"the body is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise Unprocessable(f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    return value


def _check_depth(body: bytes) -> None:
    depth = 0
    for found in _BRACKETS.finditer(body):
        bracket = found.group()
        if bracket in (b"{", b"["):
            depth += 1
            if depth > MAX_DEPTH:
                raise Unprocessable(f"the body nests deeper than {MAX_DEPTH} levels")
        elif bracket in (b"}", b"]"):
            depth -= 1


def _refuse_constant(name: str) -> None:
    raise Unprocessable(f"{name} is no JSON number")


def _integer(digits: str) -> int:
    _check_digits(digits)
    return int(digits)


def _number(digits: str) -> float:
    _check_digits(digits)
    return float(digits)


def _check_digits(digits: str) -> None:
    if len(digits.lstrip("-")) > _MAX_DIGITS:
        raise Unprocessable(f"a number has more than {_MAX_DIGITS} digits")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unprocessable("an object has a key twice")
    return found


def check_text(value: Json) -> None:
    """Raises `Unprocessable` for a text that no database can hold."""
    if isinstance(value, str):
        if "\0" in value:
            raise Unprocessable("a text holds the character NUL")
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise Unprocessable("a text holds half of a surrogate pair") from None
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key)
            check_text(item)
    elif isinstance(value, list):
        for item in value:
            check_text(item)
    elif isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise Unprocessable("a number is too large")
