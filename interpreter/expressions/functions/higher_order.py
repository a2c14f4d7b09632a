"""Functions that call functions."""

import functools
from typing import Any

from interpreter.expressions.engine import Builtin, Closure, Engine
from interpreter.expressions.errors import EvaluationError
from interpreter.expressions.sequences import sequence
from interpreter.expressions.values import POINTER_BYTES, is_number, null_of, truth

HIGHER_ORDER = frozenset({"map", "filter", "single", "reduce", "sift", "each"})
"""Those that always take a function; `$sort` only may."""


def _arity(function: Any) -> int:
    if function.__class__ is Closure:
        return len(function.arguments)
    return function.arity if function.__class__ is Builtin else 1


def _call(engine: Engine, function: Any, *args: Any) -> Any:
    return engine.apply(function, list(args[: max(1, _arity(function))]), None)


def _map(engine: Engine, values: Any, function: Any) -> Any:
    if values is None:
        return None
    results = sequence()
    for place, value in enumerate(values):
        result = _call(engine, function, null_of(value), place, values)
        if result is not None:
            engine.meter.grow(POINTER_BYTES)
            results.append(result)
    return results


def _filter(engine: Engine, values: Any, function: Any) -> Any:
    if values is None:
        return None
    results = sequence()
    for place, value in enumerate(values):
        if truth(_call(engine, function, null_of(value), place, values), engine.meter):
            results.append(value)
    engine.meter.grow(POINTER_BYTES * len(results))
    return results


def _single(engine: Engine, values: Any, function: Any = None) -> Any:
    if values is None:
        return None
    found = [
        null_of(value)
        for place, value in enumerate(values)
        if function is None or truth(_call(engine, function, null_of(value), place, values), engine.meter)
    ]
    if len(found) > 1:
        raise EvaluationError("$single found more than one match", code="D3138")
    if not found:
        raise EvaluationError("$single found no match", code="D3139")
    return found[0]


def _reduce(engine: Engine, values: Any, function: Any, initial: Any = None) -> Any:
    if values is None:
        return None
    if _arity(function) < 2:
        raise EvaluationError("the function of $reduce takes fewer than two arguments", code="D3050")
    result, start = initial, 0
    if initial is None and values:
        result, start = null_of(values[0]), 1
    for place in range(start, len(values)):
        result = _call(engine, function, result, null_of(values[place]), place, values)
    return result


def _sift(engine: Engine, value: Any, function: Any) -> Any:
    if value is None:
        return None
    kept = {
        key: item
        for key, item in value.items()
        if truth(_call(engine, function, null_of(item), key, value), engine.meter)
    }
    engine.meter.grow(2 * POINTER_BYTES * len(kept))
    return kept or None


def _each(engine: Engine, value: Any, function: Any) -> Any:
    if value is None:
        return None
    results = sequence()
    for key, item in value.items():
        result = _call(engine, function, null_of(item), key, value)
        if result is not None:
            engine.meter.grow(POINTER_BYTES)
            results.append(result)
    return results


def _sort(engine: Engine, values: Any, function: Any = None) -> Any:
    if values is None or len(values) <= 1:
        return values
    engine.meter.grow(POINTER_BYTES * len(values))
    engine.meter.step(len(values) >> 2)
    if function is None:
        if not all(isinstance(value, str) for value in values) and not all(is_number(value) for value in values):
            raise EvaluationError("$sort without a function takes only texts or only numbers", code="D3070")
        return sorted(values)

    def compare(later: Any, earlier: Any) -> int:
        # The sort only asks whether the later one belongs before the earlier one; the function says
        # whether its first argument belongs behind its second.
        return -1 if truth(_call(engine, function, null_of(earlier), null_of(later)), engine.meter) else 0

    return sorted(values, key=functools.cmp_to_key(compare))


HIGHER_ORDER_FUNCTIONS = (
    ("map", "<af>", _map),
    ("filter", "<af>", _filter),
    ("single", "<af?>", _single),
    ("reduce", "<afj?:j>", _reduce),
    ("sift", "<o-f?:o>", _sift),
    ("each", "<o-f:a>", _each),
    ("sort", "<af?:a>", _sort),
)
