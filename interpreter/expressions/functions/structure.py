"""Functions on arrays and objects, and on values of any kind."""

from typing import Any

from interpreter.expressions.engine import Engine, is_function
from interpreter.expressions.errors import EvaluationError, OperandError
from interpreter.expressions.operators import kind_of
from interpreter.expressions.sequences import JList, look_up, sequence
from interpreter.expressions.values import MAX_VALUE_DEPTH, NULL, POINTER_BYTES, equal, is_number, too_nested, truth

_ENTRY_BYTES = 64
_SCALARS = (str, int, float, bool)


def _count(engine: Engine, values: Any) -> Any:
    return 0 if values is None else len(values)


def _append(engine: Engine, one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    first = one if isinstance(one, list) else sequence([one])
    second = other if isinstance(other, list) else [other]
    engine.meter.grow(POINTER_BYTES * (len(first) + len(second)))
    joined = JList(first)
    joined.extend(second)
    return joined


def _keys(engine: Engine, value: Any) -> Any:
    if isinstance(value, dict):
        engine.meter.grow(POINTER_BYTES * len(value))
        return sequence(value.keys())
    found: dict[str, None] = {}
    if isinstance(value, list):
        for item in value:
            if isinstance(item, (dict, list)):
                found.update(dict.fromkeys(_keys(engine, item)))
    return sequence(found)


def _lookup(engine: Engine, value: Any, key: Any) -> Any:
    return None if key is None else look_up(value, key, engine.meter)


def _spread(engine: Engine, value: Any) -> Any:
    if isinstance(value, dict):
        engine.meter.grow(_ENTRY_BYTES * 4 * len(value))
        return sequence({key: item} for key, item in value.items())
    if not isinstance(value, list):
        return value
    result = sequence()
    for item in value:
        spread = _spread(engine, item)
        if isinstance(spread, list):
            result.extend(spread)
        elif spread is not None:
            result.append(spread)
    engine.meter.grow(POINTER_BYTES * len(result))
    return result


def _merge(engine: Engine, objects: Any) -> Any:
    if objects is None:
        return None
    merged: dict[str, Any] = {}
    for each in objects:
        if not isinstance(each, dict):
            raise OperandError(f"$merge takes objects, not {kind_of(each)}", code="T0412")
        engine.meter.grow(_ENTRY_BYTES * len(each))
        merged.update(each)
    return merged


def _reverse(engine: Engine, values: Any) -> Any:
    if values is None or len(values) <= 1:
        return values
    engine.meter.grow(POINTER_BYTES * len(values))
    return list(reversed(values))


def _shuffle(engine: Engine, values: Any) -> Any:
    if values is None or len(values) <= 1:
        return values
    engine.meter.grow(POINTER_BYTES * len(values))
    engine.meter.step(len(values))
    shuffled = list(values)
    for place in range(len(shuffled) - 1, 0, -1):
        other = int(engine.meter.draw() * (place + 1))
        shuffled[place], shuffled[other] = shuffled[other], shuffled[place]
    return shuffled


def _zip(engine: Engine, *arrays: Any) -> Any:
    if any(array is None for array in arrays):
        return []
    rows = min(map(len, arrays), default=0)
    engine.meter.grow(rows * (_ENTRY_BYTES + POINTER_BYTES * len(arrays)))
    return [list(row) for row in zip(*arrays, strict=False)]


def _distinct(engine: Engine, values: Any) -> Any:
    if not isinstance(values, list) or len(values) <= 1:
        return values
    engine.meter.grow(POINTER_BYTES * len(values))
    kept: Any = sequence() if isinstance(values, JList) and values.sequence else []
    seen: set[tuple[bool, Any]] = set()
    compound: list[Any] = []
    for value in values:
        if isinstance(value, _SCALARS):
            mark = (isinstance(value, bool), value)
            if mark in seen:
                continue
            seen.add(mark)
        else:
            engine.meter.step(len(compound))
            if any(equal(value, known, engine.meter) for known in compound):
                continue
            compound.append(value)
        kept.append(value)
    return kept


def _exists(engine: Engine, value: Any) -> Any:
    return value is not None


def _boolean(engine: Engine, value: Any) -> Any:
    return None if value is None else truth(value, engine.meter)


def _not(engine: Engine, value: Any) -> Any:
    return None if value is None else not truth(value, engine.meter)


def _type(engine: Engine, value: Any) -> Any:
    if value is None:
        return None
    if value is NULL:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    return "function" if is_function(value) else "object"


def clone(engine: Engine, value: Any, level: int = 0, made: set[int] | None = None) -> Any:
    """A deep copy; a function becomes an empty text, as it does on its way through JSON.

    `made` collects the identities of the new objects.
    """
    if not isinstance(value, (dict, list)):
        return "" if is_function(value) else value
    if level > MAX_VALUE_DEPTH:
        raise too_nested()
    if isinstance(value, dict):
        engine.meter.grow(_ENTRY_BYTES * (1 + len(value)))
        copied = {key: clone(engine, item, level + 1, made) for key, item in value.items()}
        if made is not None:
            made.add(id(copied))
        return copied
    engine.meter.grow(_ENTRY_BYTES + POINTER_BYTES * len(value))
    return [clone(engine, item, level + 1, made) for item in value]


def _eval(engine: Engine, *_: Any) -> Any:
    raise EvaluationError("$eval is not available: an expression can't make another one")


STRUCTURE_FUNCTIONS = (
    ("count", "<a:n>", _count),
    ("append", "<xx:a>", _append),
    ("keys", "<x-:a<s>>", _keys),
    ("lookup", "<x-s:x>", _lookup),
    ("spread", "<x-:a<o>>", _spread),
    ("merge", "<a<o>:o>", _merge),
    ("reverse", "<a:a>", _reverse),
    ("shuffle", "<a:a>", _shuffle),
    ("zip", "<a+>", _zip),
    ("distinct", "<x:x>", _distinct),
    ("exists", "<x:b>", _exists),
    ("boolean", "<x-:b>", _boolean),
    ("not", "<x-:b>", _not),
    ("type", "<x:s>", _type),
    ("clone", "<(oa)-:o>", clone),
    ("eval", "<sx?:x>", _eval),
)
