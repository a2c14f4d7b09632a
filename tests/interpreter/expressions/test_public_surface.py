"""What the package offers."""

import subprocess
import sys

import interpreter.expressions as expressions


def test_the_public_names_are_sorted_and_exist() -> None:
    assert expressions.__all__ == sorted(expressions.__all__)
    assert all(hasattr(expressions, name) for name in expressions.__all__)


def test_every_failure_has_a_stable_name() -> None:
    names = {kind.__name__: kind.name for kind in expressions.ExpressionFailure.__subclasses__()}
    assert names == {
        "MissingValue": "MissingValue",
        "OperandError": "TypeError",
        "NumberRange": "NumberRange",
        "ExpressionBudget": "BudgetExceeded",
        "EvaluationError": "ExpressionError",
    }


def test_the_package_does_not_bring_the_regular_expression_engine_into_the_workflow() -> None:
    check = "import sys, interpreter.expressions; sys.exit('re2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
