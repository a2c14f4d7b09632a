"""Heavy expressions have a process of their own, which may be ended at any time."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from activities.kit.evaluating import Rendering
from activities.kit.evaluator import Evaluator
from interpreter.expressions import EvaluationError, ExpressionBudget, MissingValue, OperandError
from tests.pace import SLOWED

HEAVY = "$count([1..5000][$ % 2 = 0]) = 2500"
"""More than a moment's work, and within the budget."""
ENDLESS = "($f := function($n) { $n < 2 ? $n : $f($n - 1) + $f($n - 2) }; $f(40))"


@pytest.fixture
async def evaluator() -> AsyncIterator[Evaluator]:
    evaluator = Evaluator(processes=1)
    yield evaluator
    await evaluator.close()


def asked(expression: str, scope: dict[str, Any] | None = None, **more: Any) -> Rendering:
    return Rendering(f"{{{{ {expression} }}}}", scope or {}, 1_000, "seed", **more)


def processes(evaluator: Evaluator) -> list[int]:
    return [process.pid for process in evaluator._idle]


async def test_what_takes_a_moment_needs_no_process(evaluator: Evaluator) -> None:
    assert await evaluator.value(asked("$map([1, 2], function($x) { $x * 2 })")) == [2, 4]
    assert processes(evaluator) == []


async def test_heavy_expressions_share_a_process_that_stays(evaluator: Evaluator) -> None:
    assert await evaluator.value(asked(HEAVY)) is True
    first = processes(evaluator)
    assert await asyncio.gather(*(evaluator.value(asked(f"{HEAVY} and {n} = input", {"input": n})) for n in range(4))) == [True] * 4
    assert len(first) == 1 and processes(evaluator) == first


@pytest.mark.parametrize(
    ("expression", "kind"),
    [(ENDLESS, ExpressionBudget), (f"{HEAVY} and input.x.y", MissingValue), (f"{HEAVY} ? 1 + 'a' : 2", OperandError), (f"{HEAVY} ? $error('x') : 2", EvaluationError)],
)
async def test_a_failure_there_is_the_same_failure_here(evaluator: Evaluator, expression: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as failed:
        await evaluator.value(asked(expression, {"input": {"x": {}}}))
    assert failed.value.details["expression"].strip() == expression  # type: ignore[attr-defined]
    assert len(processes(evaluator)) == 1


async def test_time_and_chance_are_the_same_there(evaluator: Evaluator) -> None:
    light, heavy = "[$millis(), $random()]", f"({HEAVY}; [$millis(), $random()])"
    assert await evaluator.value(asked(heavy)) == await evaluator.value(asked(light))


async def test_the_budget_grows_with_the_data_that_is_read(evaluator: Evaluator) -> None:
    total = "$sum($map(input, function($x) { $x * 2 }))"
    assert await evaluator.value(asked(total, {"input": list(range(30_000))})) == 30_000 * 29_999
    with pytest.raises(ExpressionBudget):
        await evaluator.value(asked("$sum($map([1..60000], function($x) { $x * 2 }))"))


async def test_what_the_budget_overlooks_is_ended_by_the_clock_and_the_next_one_is_served() -> None:
    evaluator = Evaluator(seconds=0.01, processes=1)
    with pytest.raises(ExpressionBudget, match="takes longer than"):
        await evaluator.value(asked(HEAVY))
    assert processes(evaluator) == []
    patient = Evaluator(processes=1)
    patient._idle = evaluator._idle
    assert await patient.value(asked(HEAVY)) is True
    await patient.close()


async def test_a_process_that_ends_by_itself_fails_one_expression_only(evaluator: Evaluator) -> None:
    await evaluator.value(asked(HEAVY))
    evaluator._idle[0].kill()
    with pytest.raises(EvaluationError, match="has ended"):
        await evaluator.value(asked(HEAVY))
    assert await evaluator.value(asked(HEAVY)) is True


async def test_whoever_stops_waiting_leaves_no_answer_to_the_next(evaluator: Evaluator) -> None:
    await evaluator.value(asked(HEAVY))
    given_up = asyncio.ensure_future(evaluator.value(asked(ENDLESS)))
    await asyncio.sleep(0.03)
    given_up.cancel()
    assert await evaluator.value(asked(f"{HEAVY} ? 'mine' : 0")) == "mine"
    assert given_up.cancelled() or isinstance(given_up.exception(), ExpressionBudget)


@pytest.mark.parametrize(
    "bomb",
    [
        "[1..10000000]",
        "[1..1000].([1..1000])",
        "$pad('a', 1000000000)",
        "$reduce([1..100000], function($a, $b) { $a & 'xxxxxxxxxxxxxxxxxxxx' }, '')",
        "($f := function($n) { $f($n + 1) }; $f(0))",
        ENDLESS,
        "$power(9, 1000000000)",
        "($d := function($s, $n) { $n = 0 ? $s : $d($s & $s, $n - 1) }; $d('x', 60))",
        "$map([1..1000], function($x) { $map([1..1000], function($y) { $x * $y }) })",
        "$sort([1..100000], function($a, $b) { $a < $b })",
    ],
)
async def test_a_bomb_ends_soon_with_a_clear_failure(evaluator: Evaluator, bomb: str) -> None:
    await evaluator.value(asked(HEAVY))
    first, began = processes(evaluator), time.monotonic()
    with pytest.raises((ExpressionBudget, EvaluationError)):
        await evaluator.value(asked(bomb))
    assert processes(evaluator) == first, "the budget ends it, not the clock"
    assert time.monotonic() - began < 0.5 * SLOWED, "200 ms on a machine that has nothing else to do"
