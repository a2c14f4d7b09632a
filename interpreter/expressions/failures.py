"""Turns whatever leaves an evaluation into one of our failures: by type and code, never by text."""

import decimal

from jsonata.jexception import JException

from interpreter.expressions.errors import (
    EvaluationError,
    ExpressionBudget,
    ExpressionFailure,
    NumberRange,
    OperandError,
)

_NUMBER_CODES = frozenset({"D1001", "D3001"})
_BUDGET_CODES = frozenset({"D1011", "D1012", "D2014"})


def translate(error: Exception) -> ExpressionFailure:
    """The failure that stands for whatever an evaluation raised."""
    if isinstance(error, ExpressionFailure):
        return error
    if isinstance(error, JException):
        return _from_library(error)
    if isinstance(error, RecursionError):
        return ExpressionBudget("the expression nests too deep", "replace the recursion by $map or $reduce")
    if isinstance(error, MemoryError):
        return ExpressionBudget("the expression needs too much memory", "work on less data at a time")
    if isinstance(error, ZeroDivisionError):
        return EvaluationError("division by zero")
    if isinstance(error, (OverflowError, decimal.DecimalException)):
        return NumberRange("a number is too large")
    if isinstance(error, (TypeError, AttributeError)):
        return OperandError("an operand or an argument has the wrong type")
    return EvaluationError(f"the expression can't be evaluated ({type(error).__name__})")


def _from_library(error: JException) -> ExpressionFailure:
    code = str(error.error)
    message = str(error)[:500]
    if code in _NUMBER_CODES:
        return NumberRange(message, code=code)
    if code in _BUDGET_CODES:
        return ExpressionBudget(message, code=code)
    if code.startswith("T"):
        return OperandError(message, code=code)
    return EvaluationError(message, code=code)
