"""The operators, shared by the full evaluation and the fast path so that both always agree."""

import math
from collections.abc import Callable
from typing import Any

from interpreter.expressions.errors import EvaluationError, ExpressionBudget, OperandError
from interpreter.expressions.meter import Meter
from interpreter.expressions.values import (
    NULL,
    NUMBER_BYTES,
    POINTER_BYTES,
    equal,
    exact,
    is_number,
    operand,
    to_text,
)

MAX_RANGE = 10_000_000

Operator = Callable[[Any, Any, Meter], Any]


def kind_of(value: Any) -> str:
    """The type of a value, in words for a message."""
    if value is None:
        return "nothing"
    if value is NULL:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list):
        return "an array"
    return "an object" if isinstance(value, dict) else "a function"


def _arithmetic(symbol: str, compute: Callable[[Any, Any], Any]) -> Operator:
    def apply(lhs: Any, rhs: Any, _: Meter) -> Any:
        if lhs is not None and not is_number(lhs):
            raise OperandError(f"the left side of {symbol} is {kind_of(lhs)}, not a number", code="T2001")
        if rhs is not None and not is_number(rhs):
            raise OperandError(f"the right side of {symbol} is {kind_of(rhs)}, not a number", code="T2002")
        if lhs is None or rhs is None:
            return None
        return exact(compute(operand(lhs), operand(rhs)))

    return apply


def _divide(lhs: Any, rhs: Any) -> Any:
    if rhs == 0:
        raise EvaluationError("division by zero", code="D1001")
    return float(lhs) / float(rhs)


def _remainder(lhs: Any, rhs: Any) -> Any:
    if rhs == 0:
        raise EvaluationError("division by zero", code="D1001")
    return math.fmod(float(lhs), float(rhs))


def _times(lhs: Any, rhs: Any) -> Any:
    return lhs * rhs


def _plus(lhs: Any, rhs: Any) -> Any:
    return lhs + rhs


def _minus(lhs: Any, rhs: Any) -> Any:
    return lhs - rhs


def negate(value: Any) -> Any:
    """The unary minus."""
    if value is None:
        return None
    if not is_number(value):
        raise OperandError(f"{kind_of(value)} can't be negated", code="D1002")
    return exact(-operand(value))


def _comparison(symbol: str, compute: Callable[[Any, Any], bool]) -> Operator:
    def apply(lhs: Any, rhs: Any, meter: Meter) -> Any:
        for side in (lhs, rhs):
            if side is not None and not isinstance(side, str) and not is_number(side):
                raise OperandError(f"{symbol} compares numbers or texts, not {kind_of(side)}", code="T2010")
        if lhs is None or rhs is None:
            return None
        if isinstance(lhs, str) != isinstance(rhs, str):
            raise OperandError(f"{symbol} can't compare {kind_of(lhs)} with {kind_of(rhs)}", code="T2009")
        if isinstance(lhs, str):
            meter.step(len(lhs) >> 12)
        return compute(lhs, rhs)

    return apply


def _equals(lhs: Any, rhs: Any, meter: Meter) -> Any:
    return False if lhs is None or rhs is None else equal(lhs, rhs, meter)


def _differs(lhs: Any, rhs: Any, meter: Meter) -> Any:
    return False if lhs is None or rhs is None else not equal(lhs, rhs, meter)


def _concatenate(lhs: Any, rhs: Any, meter: Meter) -> Any:
    left = "" if lhs is None else to_text(lhs, meter)
    right = "" if rhs is None else to_text(rhs, meter)
    meter.grow(len(left) + len(right))
    return left + right


def _includes(lhs: Any, rhs: Any, meter: Meter) -> Any:
    if lhs is None or rhs is None:
        return False
    items = rhs if isinstance(rhs, list) else [rhs]
    meter.step(len(items) >> 3)
    return any(equal(item, lhs, meter) for item in items)


def _range(lhs: Any, rhs: Any, meter: Meter) -> Any:
    for side, code, words in ((lhs, "T2003", "left"), (rhs, "T2004", "right")):
        if side is not None and not (is_number(side) and float(side).is_integer()):
            raise OperandError(f"the {words} side of .. is {kind_of(side)}, not a whole number", code=code)
    if lhs is None or rhs is None or lhs > rhs:
        return None
    first, last = int(operand(lhs)), int(operand(rhs))
    size = last - first + 1
    if size > MAX_RANGE:
        raise ExpressionBudget(f"a range of {size} numbers is too long", "work on fewer at a time", code="D2014")
    meter.grow(size * (NUMBER_BYTES + POINTER_BYTES))
    return list(range(first, last + 1))


OPERATORS: dict[str, Operator] = {
    "+": _arithmetic("+", _plus),
    "-": _arithmetic("-", _minus),
    "*": _arithmetic("*", _times),
    "/": _arithmetic("/", _divide),
    "%": _arithmetic("%", _remainder),
    "=": _equals,
    "!=": _differs,
    "<": _comparison("<", lambda lhs, rhs: lhs < rhs),
    "<=": _comparison("<=", lambda lhs, rhs: lhs <= rhs),
    ">": _comparison(">", lambda lhs, rhs: lhs > rhs),
    ">=": _comparison(">=", lambda lhs, rhs: lhs >= rhs),
    "&": _concatenate,
    "..": _range,
    "in": _includes,
}
"""`and`, `or` and the conditions are not here: they don't always evaluate their right side."""
