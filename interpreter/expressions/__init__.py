"""JSONata in `{{ … }}`: read, checked and rendered under deterministic budgets."""

from interpreter.expressions.errors import (
    EvaluationError,
    ExpressionBudget,
    ExpressionFailure,
    MissingValue,
    NumberRange,
    OperandError,
)
from interpreter.expressions.meter import Meter, RegexEngine, activity_meter, quick_meter, workflow_meter
from interpreter.expressions.references import Reference
from interpreter.expressions.template import ExpressionProblem, RegexCheck, Template, parse_template

EXPRESSION_ENGINE = 1
"""The number that plans store: a change of meaning needs a new one."""

__all__ = [
    "EXPRESSION_ENGINE",
    "EvaluationError",
    "ExpressionBudget",
    "ExpressionFailure",
    "ExpressionProblem",
    "Meter",
    "MissingValue",
    "NumberRange",
    "OperandError",
    "Reference",
    "RegexCheck",
    "RegexEngine",
    "Template",
    "activity_meter",
    "parse_template",
    "quick_meter",
    "workflow_meter",
]
