"""When two values are the same: numbers by value, objects whatever the order of their fields, true is not 1."""

from interpreter.expressions import Meter, NumberRange
from interpreter.expressions.values import MAX_VALUE_DEPTH, number_text, too_nested
from interpreter.json_value import Json

_PART_BYTES = 8


def identity(value: Json, meter: Meter) -> str:
    """A text that is equal for equal values only, charged by its size.

    Raises `ExpressionBudget`, and `NumberRange` for a number that JSON can't hold.
    """
    if isinstance(value, str):
        meter.grow(len(value) + 1)
        return f'"{value}'
    parts: list[str] = []
    _write(value, parts, meter, 0)
    return "".join(parts)


def _write(value: Json, parts: list[str], meter: Meter, level: int) -> None:
    if level > MAX_VALUE_DEPTH:
        raise too_nested()
    meter.grow(_PART_BYTES)
    if isinstance(value, str):
        meter.grow(len(value))
        # Its length in front keeps two short texts from reading like one long one.
        parts.append(f'"{len(value)}:{value}')
    elif value is None or isinstance(value, bool):
        parts.append({None: "n", True: "t", False: "f"}[value])
    elif isinstance(value, int | float):
        parts.append(f"#{_number(value)}")
    elif isinstance(value, list):
        parts.append(f"[{len(value)}")
        for item in value:
            _write(item, parts, meter, level + 1)
    else:
        parts.append(f"{{{len(value)}")
        for key in sorted(value):
            _write(key, parts, meter, level + 1)
            _write(value[key], parts, meter, level + 1)


def _number(value: int | float) -> str:
    try:
        return str(value) if isinstance(value, int) else str(int(value)) if value.is_integer() else number_text(value)
    except ValueError:
        raise NumberRange("a number has too many digits") from None
