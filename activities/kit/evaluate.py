"""Expressions that are too costly for the workflow: with lambdas, regular expressions, or large values."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from temporalio import activity

from activities.kit.errors import NodeError
from activities.kit.evaluating import Rendering
from activities.kit.evaluator import Evaluator
from activities.kit.large_values import LargeValues, Owner
from activities.kit.runner import check_output
from interpreter.expressions import ExpressionFailure
from interpreter.json_value import Json
from interpreter.machine.evaluation import failure_json
from interpreter.protocol import EVALUATE_ACTIVITY, Evaluation, EvaluationResult


def evaluate_activity(values: LargeValues, evaluator: Evaluator | None = None) -> Callable[..., Any]:
    """The activity that renders a template under the larger budget."""
    evaluator = evaluator or Evaluator()

    @activity.defn(name=EVALUATE_ACTIVITY)
    async def evaluate(evaluation: Evaluation) -> EvaluationResult:
        owner = Owner(evaluation.workspace_id, evaluation.run_id)
        try:
            scope = await values.here(owner, evaluation.scope)
            template = await values.here(owner, evaluation.template) if evaluation.kind == "gather" else evaluation.template
            value = await _value(replace(evaluation, scope=scope, template=template), evaluator)
            text = await asyncio.to_thread(check_output, value)
            if evaluation.kind == "items" and isinstance(value, list):
                return EvaluationResult(await values.in_chunks(owner, value, text, evaluation.inline_bytes))
            return EvaluationResult(await values.kept(owner, value, text, evaluation.inline_bytes, evaluation.extracts))
        except ExpressionFailure as failure:
            return EvaluationResult(error=failure_json(failure))
        except NodeError as error:
            if error.retryable:
                raise
            return EvaluationResult(error={"name": error.name, "message": error.message, "hint": error.hint})

    return evaluate


async def _value(evaluation: Evaluation, evaluator: Evaluator) -> Json:
    if evaluation.kind == "gather":
        # Its parts are data: what looks like an expression in them is none.
        return [item for part in evaluation.template for item in part]
    asked = Rendering(evaluation.template, evaluation.scope, evaluation.at_ms, evaluation.seed, evaluation.kind, evaluation.type)
    return await evaluator.value(asked)
