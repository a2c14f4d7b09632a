"""The functions of the language, each charging what it builds before it builds it."""

from functools import lru_cache

from interpreter.expressions.engine import Builtin, Frame
from interpreter.expressions.functions.higher_order import HIGHER_ORDER, HIGHER_ORDER_FUNCTIONS
from interpreter.expressions.functions.numbers import NUMBER_FUNCTIONS
from interpreter.expressions.functions.patterns import PATTERN_FUNCTIONS
from interpreter.expressions.functions.structure import STRUCTURE_FUNCTIONS
from interpreter.expressions.functions.text import TEXT_FUNCTIONS
from interpreter.expressions.functions.times import TIME_FUNCTIONS


@lru_cache(maxsize=1)
def builtin_functions() -> Frame:
    """All functions by name; shared, since nothing can bind a variable in this frame."""
    frame = Frame(None)
    for group in (
        TEXT_FUNCTIONS,
        PATTERN_FUNCTIONS,
        NUMBER_FUNCTIONS,
        STRUCTURE_FUNCTIONS,
        HIGHER_ORDER_FUNCTIONS,
        TIME_FUNCTIONS,
    ):
        for name, signature, run in group:
            frame.bind(name, Builtin(name, signature, run))
    return frame


__all__ = ["HIGHER_ORDER", "builtin_functions"]
