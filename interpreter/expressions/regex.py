"""Regular expressions as values, on whatever linear-time engine the caller of the evaluation brings."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from interpreter.expressions.errors import EvaluationError
from interpreter.expressions.meter import Meter
from interpreter.expressions.syntax import RegexLiteral

_MATCH_BYTES = 200
_MATCH_STEPS = 8


class Match(NamedTuple):
    """One match: its text, its place, and its groups (a group that took no part is null)."""

    text: str
    start: int
    end: int
    groups: list[str | None]


class Regex:
    """A compiled regular expression."""

    __slots__ = ("_compiled", "_meter")

    def __init__(self, compiled: Any, meter: Meter) -> None:
        self._compiled = compiled
        self._meter = meter

    @staticmethod
    def of(literal: RegexLiteral, meter: Meter) -> "Regex":
        """Compiles a literal; a pattern that the engine refuses is an `EvaluationError`."""
        if meter.regex_engine is None:
            raise EvaluationError("a regular expression can't be evaluated here")
        meter.step(len(literal.pattern))
        try:
            compiled = meter.regex_engine(literal.pattern, literal.ignore_case, literal.multiline)
        except Exception as error:
            raise EvaluationError(f"the regular expression is not accepted: {_reason(error)}") from None
        return Regex(compiled, meter)

    def matches(self, text: str) -> Iterator[Match]:
        """The matches from left to right."""
        self._meter.step(1 + (len(text) >> 6))
        for found in self._compiled.finditer(text):
            whole = found.group(0)
            self._meter.step(_MATCH_STEPS)
            self._meter.grow(_MATCH_BYTES + len(whole))
            if not whole:
                raise EvaluationError("the regular expression matches an empty text", code="D1004")
            yield Match(whole, found.start(), found.end(), list(found.groups()))


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else error
    return (reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason))[:200]
