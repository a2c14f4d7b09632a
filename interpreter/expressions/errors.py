"""The failures of an expression, by the names that a run shows.

ExpressionFailure
├── MissingValue      a reference has no value
├── OperandError      an operand or an argument of the wrong type
├── NumberRange       a number that arithmetic can't hold exactly, or at all
├── ExpressionBudget  more steps, memory or depth than an expression may use
└── EvaluationError   everything else
"""

from typing import ClassVar

from interpreter.json_value import JsonObject


class ExpressionFailure(Exception):
    """An expression that could not be evaluated."""

    name: ClassVar[str] = "ExpressionError"

    def __init__(self, message: str, hint: str | None = None, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        """The language's own code, where it has one (`T2001`)."""
        self.details: JsonObject = {}
        """`expression` and `path` (a JSON Pointer into the template), and `reference` where a value is missing."""

    def locate(self, expression: str, path: str) -> None:
        """Says where it happened; the innermost place stays."""
        self.details.setdefault("expression", expression)
        self.details.setdefault("path", path)


class MissingValue(ExpressionFailure):
    name = "MissingValue"


class OperandError(ExpressionFailure):
    name = "TypeError"


class NumberRange(ExpressionFailure):
    name = "NumberRange"


class ExpressionBudget(ExpressionFailure):
    name = "BudgetExceeded"


class EvaluationError(ExpressionFailure):
    name = "ExpressionError"
