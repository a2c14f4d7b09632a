"""The fast path and the full evaluation are one language."""

import json
import random
from typing import Any

import pytest

from interpreter.expressions import ExpressionFailure, workflow_meter
from interpreter.expressions.expression import Expression, expression_of
from interpreter.expressions.values import plain

NAMES = ("a", "b", "c")
LITERALS = ("0", "1", "2.5", "-3", "1e300", "9007199254740993", "'x'", "''", "'2'", "true", "false", "null")
OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "&", "and", "or")
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -3, 2.5, 1.0, 2**53 + 1, 1e300, "", "x", "2", [], [1], ["x", None], {}, {"a": 1},
    {"a": {"b": None}}, {"a": {"b": "x", "c": [1, 2]}}, {"b": [{"a": 1}, {"a": 2}, {}]}, {"a": [[1], []]},
)  # fmt: skip


def an_expression(chance: random.Random, depth: int) -> str:
    kind = chance.random()
    if depth == 0 or kind < 0.3:
        if chance.random() < 0.35:
            return chance.choice(LITERALS)
        return ".".join(("input", *(chance.choice(NAMES) for _ in range(chance.randint(0, 3)))))
    one, other, third = (an_expression(chance, depth - 1) for _ in range(3))
    if kind < 0.75:
        return f"({one} {chance.choice(OPERATORS)} {other})"
    if kind < 0.85:
        return f"({one} {chance.choice(('??', '?:'))} {other})"
    if kind < 0.93:
        return f"({one} ? {other} : {third})" if chance.random() < 0.7 else f"({one} ? {other})"
    return f"-({one})"


def a_scope(chance: random.Random) -> dict[str, Any]:
    return {"input": {name: chance.choice(VALUES) for name in NAMES if chance.random() < 0.8}}


def result(expression: Expression, scope: dict[str, Any], in_full: bool) -> tuple[Any, ...]:
    meter = workflow_meter(0, "")
    try:
        value = expression.value_in_full(scope, meter) if in_full else expression.value(scope, meter)
        return ("value", value is None, json.dumps(plain(value, meter)))
    except ExpressionFailure as failure:
        return (type(failure), failure.message, failure.code, failure.hint, json.dumps(failure.details))


def test_five_thousand_random_expressions_yield_the_same_both_ways() -> None:
    chance = random.Random(20261123)
    fast = values = failures = 0
    for _ in range(5_000):
        expression = Expression(an_expression(chance, chance.randint(0, 3)))
        if expression.fast is None:
            continue
        fast += 1
        for _ in range(3):
            scope = a_scope(chance)
            found = result(expression, scope, in_full=False)
            assert found == result(expression, scope, in_full=True), (expression.text, scope)
            values += found[0] == "value"
            failures += found[0] != "value"
    assert fast > 4_500
    assert values > 1_500 and failures > 1_500


@pytest.mark.parametrize(
    "text",
    ["input", "input.a.b", "1", "input.a > 1", "input.a = 'x' and input.b != 2", "(input.a + 1) * 2", "input.a & ''",
     "input.a ?? 1", "input.a ? 1 : 2", "-input.a"],
)  # fmt: skip
def test_plain_expressions_take_the_fast_path(text: str) -> None:
    assert expression_of(text).fast is not None


@pytest.mark.parametrize(
    "text",
    ["input.a[0]", "input.*", "$count(input.a)", "[1]", "{'a': 1}", "input.a[]", "input.a@$x.b", "input.a^(b)", "(1; 2)", "$x := 1",
     "input.a in [1]", "input.a.%.b", "input.a{b: c}", "'x'[0]"],
)  # fmt: skip
def test_everything_else_is_left_to_the_full_evaluation(text: str) -> None:
    assert expression_of(text).fast is None


def test_a_path_through_an_array_is_left_to_the_full_evaluation() -> None:
    scope = {"input": {"list": [{"id": 1}, {"id": 2}]}}
    assert plain(expression_of("input.list.id").value(scope, workflow_meter(0, "")), workflow_meter(0, "")) == [1, 2]
