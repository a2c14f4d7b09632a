"""Functions on numbers, and between numbers and texts."""

import decimal
import math
import re
from typing import Any

from jsonata.datetimeutils import DateTimeUtils
from jsonata.functions import Functions

from interpreter.expressions.engine import Engine
from interpreter.expressions.errors import EvaluationError, ExpressionBudget, OperandError
from interpreter.expressions.operators import kind_of
from interpreter.expressions.values import NULL, exact, operand

MAX_PICTURE = 256
_MAX_ROMAN = 100_000
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_BASED = re.compile(r"0([xX][0-9A-Fa-f]{1,400}|[oO][0-7]{1,400}|[bB][01]{1,1100})")
_WHOLE = re.compile(r"\s*[+-]?\d{1,400}\s*", re.ASCII)
_BASES = {"x": 16, "o": 8, "b": 2}
_MAX_PRECISION = 400
_PICTURE_WORDS = frozenset({"infinity", "NaN", "percent", "per-mille", "minus-sign"})


def _number(engine: Engine, value: Any) -> Any:
    if value is None:
        return None
    if value is NULL:
        raise OperandError("null can't be made a number", code="T0410")
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, str):
        return value
    if _WHOLE.fullmatch(value):
        return int(value)
    based = _BASED.fullmatch(value)
    if based:
        return exact(float(int(value[2:], _BASES[value[1].lower()])))
    number = float(value) if len(value) < _MAX_PRECISION and _NUMBER.fullmatch(value) else math.nan
    if not math.isfinite(number):
        raise EvaluationError(f'"{value[:100]}" is not a number', code="D3030")
    return exact(number)


def _abs(engine: Engine, value: Any) -> Any:
    return None if value is None else abs(operand(value))


def _floor(engine: Engine, value: Any) -> Any:
    return None if value is None else exact(float(math.floor(operand(value))))


def _ceil(engine: Engine, value: Any) -> Any:
    return None if value is None else exact(float(math.ceil(operand(value))))


def _round(engine: Engine, value: Any, precision: Any = None) -> Any:
    if value is None:
        return None
    digits = 0 if precision is None else int(max(-_MAX_PRECISION, min(_MAX_PRECISION, precision)))
    context = decimal.Context(prec=3 * _MAX_PRECISION, rounding=decimal.ROUND_HALF_EVEN)
    number = decimal.Decimal(str(operand(value)))
    return exact(float(number.quantize(decimal.Decimal(1).scaleb(-digits, context), context=context)))


def _sqrt(engine: Engine, value: Any) -> Any:
    if value is None:
        return None
    if operand(value) < 0:
        raise EvaluationError("a negative number has no square root", code="D3060")
    return exact(math.sqrt(value))


def _power(engine: Engine, base: Any, exponent: Any) -> Any:
    if base is None or exponent is None:
        return None
    try:
        return exact(math.pow(operand(base), operand(exponent)))
    except (ValueError, OverflowError):
        raise EvaluationError("the power can't be held by a number", code="D3061") from None


def _random(engine: Engine) -> Any:
    return engine.meter.draw()


def _sum(engine: Engine, values: Any) -> Any:
    return None if values is None else exact(sum(map(operand, values)))


def _max(engine: Engine, values: Any) -> Any:
    return max(values) if values else None


def _min(engine: Engine, values: Any) -> Any:
    return min(values) if values else None


def _average(engine: Engine, values: Any) -> Any:
    return exact(sum(map(operand, values)) / len(values)) if values else None


def _format_number(engine: Engine, value: Any, picture: Any, options: Any = None) -> Any:
    if value is None or picture is None:
        return None
    check_picture(picture)
    chosen: dict[str, str] = {}
    for name, mark in (options or {}).items():
        # The library puts these into a regular expression as they are.
        if not isinstance(mark, str) or (len(mark) != 1 and name not in _PICTURE_WORDS) or len(mark) > MAX_PICTURE:
            raise EvaluationError(f'the option "{name[:50]}" of $formatNumber is not a single character')
        chosen[name] = mark
    return Functions.format_number(operand(value), picture, chosen)


def _format_integer(engine: Engine, value: Any, picture: Any) -> Any:
    if value is None or picture is None:
        return None
    check_picture(picture)
    whole = int(operand(value))
    if picture[:1] in ("I", "i") and abs(whole) > _MAX_ROMAN:
        raise ExpressionBudget("the number is too large for roman numerals")
    return DateTimeUtils.format_integer(whole, picture)


def _parse_integer(engine: Engine, text: Any, picture: Any) -> Any:
    if text is None or picture is None:
        return None
    check_picture(picture)
    check_picture(text)
    return exact(float(DateTimeUtils.parse_integer(text, picture)))


def check_picture(picture: Any) -> None:
    """Refuses a picture (or a text to be read by one) that is too long to be meant."""
    if not isinstance(picture, str):
        raise OperandError(f"the picture is {kind_of(picture)}, not a text", code="T0410")
    if len(picture) > MAX_PICTURE:
        raise ExpressionBudget(f"the picture is longer than {MAX_PICTURE} characters")


NUMBER_FUNCTIONS = (
    ("number", "<(nsb)-:n>", _number),
    ("abs", "<n-:n>", _abs),
    ("floor", "<n-:n>", _floor),
    ("ceil", "<n-:n>", _ceil),
    ("round", "<n-n?:n>", _round),
    ("sqrt", "<n-:n>", _sqrt),
    ("power", "<n-n:n>", _power),
    ("random", "<:n>", _random),
    ("sum", "<a<n>:n>", _sum),
    ("max", "<a<n>:n>", _max),
    ("min", "<a<n>:n>", _min),
    ("average", "<a<n>:n>", _average),
    ("formatNumber", "<n-so?:s>", _format_number),
    ("formatInteger", "<n-s:s>", _format_integer),
    ("parseInteger", "<s-s:n>", _parse_integer),
)
