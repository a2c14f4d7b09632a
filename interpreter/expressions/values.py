"""Values as the language sees them: null, nothing, truth, equality, text, and the way back to plain JSON."""

import json
import math
from collections.abc import Callable
from typing import Any

from jsonata.utils import Utils

from interpreter.expressions.errors import EvaluationError, ExpressionBudget, NumberRange
from interpreter.expressions.meter import Meter
from interpreter.json_value import Json

NULL: Any = Utils.NULL_VALUE
"""JSON's null while an expression is evaluated; Python's None is "nothing" there."""

MAX_EXACT = 1 << 53
"""Beyond it a double no longer holds every integer."""
MAX_VALUE_DEPTH = 500
POINTER_BYTES = 8
NUMBER_BYTES = 32
TEXT_DIGITS = 15
"""Significant digits of a fraction in `$string` and `&`, as the language says."""
_MAX_PLAIN_NUMBER = 1e21
_quoted: Callable[[str], str] = json.encoder.encode_basestring


def is_number(value: Any) -> bool:
    """Whether a value is a number (true and false are not)."""
    kind = value.__class__
    return kind is int or kind is float


def exact(value: float) -> int | float:
    """A number in the form that JSON shows: an integer where it is whole and exactly held."""
    if value.__class__ is int:
        return value if -MAX_EXACT <= value <= MAX_EXACT else float(value)
    if not math.isfinite(value):
        raise NumberRange("the result is too large for a number", code="D1001")
    return int(value) if value.is_integer() and -MAX_EXACT <= value <= MAX_EXACT else value


def operand(value: Any) -> Any:
    """A number that arithmetic may use."""
    if value.__class__ is int and not -MAX_EXACT <= value <= MAX_EXACT:
        raise NumberRange(
            "an integer beyond 2^53 can't be used in arithmetic", "pass it through unchanged, or keep it as text"
        )
    return value


def null_of(value: Any) -> Any:
    """An item of an array or object as a value: JSON's null is a value, not nothing."""
    return NULL if value is None else value


def truth(value: Any, meter: Meter, level: int = 0) -> bool:
    """The effective boolean value."""
    if value is None or value is NULL:
        return False
    if isinstance(value, list):
        if level > MAX_VALUE_DEPTH:
            raise too_nested()
        meter.step(len(value) >> 4)
        return any(truth(item, meter, level + 1) for item in value)
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float, str, dict)):
        return bool(value)
    return False


def equal(one: Any, other: Any, meter: Meter, level: int = 0) -> bool:
    """Deep equality, in which a boolean is no number and null is null."""
    if level > MAX_VALUE_DEPTH:
        raise too_nested()
    if isinstance(one, list):
        if not isinstance(other, list) or len(one) != len(other):
            return False
        meter.step(1 + (len(one) >> 3))
        return all(equal(item, other[place], meter, level + 1) for place, item in enumerate(one))
    if isinstance(one, dict):
        if not isinstance(other, dict) or one.keys() != other.keys():
            return False
        meter.step(1 + (len(one) >> 3))
        return all(equal(item, other[key], meter, level + 1) for key, item in one.items())
    if one is None or one is NULL:
        return other is None or other is NULL
    if isinstance(one, str):
        meter.step(len(one) >> 12)
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def number_text(value: float) -> str:
    """A number as JavaScript and JSON write it."""
    if value.__class__ is int:
        return str(value)
    if not math.isfinite(value):
        raise NumberRange("the number is too large for a text", code="D3001")
    if value.is_integer() and abs(value) < _MAX_PLAIN_NUMBER:
        return str(int(value))
    text = repr(float(value))
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    power = int(exponent)
    if -7 < power < 0:
        digits = mantissa.lstrip("-").replace(".", "")
        return ("-" if value < 0 else "") + "0." + "0" * (-power - 1) + digits
    return f"{mantissa}e{power:+d}"


def to_text(value: Any, meter: Meter, pretty: bool = False, digits: int = TEXT_DIGITS) -> str:
    """A value as text: a string as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    parts: list[str] = []
    _write(value, parts, meter, "\n" if pretty else "", digits, 0)
    return "".join(parts)


def json_text(value: Any, meter: Meter) -> str:
    """A value in mixed text: null is empty, a number keeps all its digits."""
    return "" if value is None or value is NULL else to_text(value, meter, digits=17)


def _write(value: Any, parts: list[str], meter: Meter, line: str, digits: int, level: int) -> None:
    if level > MAX_VALUE_DEPTH:
        raise too_nested()
    kind = value.__class__
    if kind is str:
        meter.grow(len(value) + 2)
        parts.append(_quoted(value))
    elif value is None or value is NULL:
        parts.append("null")
    elif kind is bool:
        parts.append("true" if value else "false")
    elif kind is int:
        parts.append(str(value))
    elif kind is float:
        parts.append(number_text(float(f"{value:.{digits}g}") if digits < 17 else value))
    elif isinstance(value, dict):
        meter.grow(2 + NUMBER_BYTES * len(value))
        _write_all(
            [(_quoted(key) + (": " if line else ":"), item) for key, item in value.items()],
            "{}", parts, meter, line, digits, level,
        )  # fmt: skip
    elif isinstance(value, list):
        meter.grow(2 + POINTER_BYTES * len(value))
        if getattr(value, "outer_wrapper", False):
            _write(value[0], parts, meter, line, digits, level)
            return
        _write_all([("", item) for item in value], "[]", parts, meter, line, digits, level)
    else:
        # A function has no text; the language writes it as an empty one.
        parts.append('""' if level else "")


def _write_all(
    items: list[tuple[str, Any]], marks: str, parts: list[str], meter: Meter, line: str, digits: int, level: int
) -> None:
    if not items:
        parts.append(marks)
        return
    inner = line + "  " if line else ""
    lead = marks[0] + inner
    for label, item in items:
        parts.append(lead + label)
        _write(item, parts, meter, inner, digits, level + 1)
        lead = "," + inner
    parts.append(line + marks[1])


def plain(value: Any, meter: Meter) -> Json:
    """A copy of a result as plain JSON, charged by its size; nothing is null."""
    kind = value.__class__
    if kind is str:
        meter.grow(len(value))
        return value if value.isascii() else whole_characters(value)
    if value is None or value is NULL or kind is bool or kind is int:
        return None if value is NULL else value
    if kind is float:
        if not math.isfinite(value):
            raise NumberRange("the result is not a number that JSON can hold", code="D1001")
        return value
    return _copy(value, meter, 0)


def _copy(value: Any, meter: Meter, level: int) -> Json:
    if isinstance(value, dict):
        if level > MAX_VALUE_DEPTH:
            raise too_nested()
        meter.grow(2 * POINTER_BYTES * len(value))
        copied = {}
        for key, item in value.items():
            name = key if key.isascii() else whole_characters(key)
            copied[name] = _copy(item, meter, level + 1) if isinstance(item, (dict, list)) else plain(item, meter)
        return copied
    if isinstance(value, list):
        if level > MAX_VALUE_DEPTH:
            raise too_nested()
        meter.grow(POINTER_BYTES * len(value))
        return [
            _copy(item, meter, level + 1) if isinstance(item, (dict, list)) else plain(item, meter) for item in value
        ]
    raise EvaluationError("the expression yields a function, not a value", "call it: write its arguments in brackets")


def whole_characters(text: str) -> str:
    """Joins the surrogate pairs that escapes (`\\ud83d\\ude00`) leave apart; a lone one can't be stored."""
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            raise EvaluationError("the text holds half a character (a lone surrogate)") from None
    return text


def too_nested() -> ExpressionBudget:
    """The failure of a value that can only come from a runaway expression."""
    return ExpressionBudget(f"the value nests more than {MAX_VALUE_DEPTH} levels deep")
