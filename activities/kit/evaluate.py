"""Expressions that are too costly for the workflow: with lambdas, regular expressions, or large values."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from temporalio import activity

from activities.kit.errors import NodeError
from activities.kit.large_values import LargeValues, Owner
from activities.kit.regex_engine import re2_engine
from activities.kit.runner import check_output
from interpreter.expressions import ExpressionFailure, activity_meter, parse_template
from interpreter.json_value import Json
from interpreter.machine.evaluation import failure_json
from interpreter.protocol import EVALUATE_ACTIVITY, Evaluation, EvaluationResult
from interpreter.transforms import apply_transform
from interpreter.transforms.matches import render_list


def evaluate_activity(values: LargeValues) -> Callable[..., Any]:
    """The activity that renders a template under the larger budget."""

    @activity.defn(name=EVALUATE_ACTIVITY)
    async def evaluate(evaluation: Evaluation) -> EvaluationResult:
        owner = Owner(evaluation.workspace_id, evaluation.run_id)
        try:
            scope = await values.here(owner, evaluation.scope)
            template = await values.here(owner, evaluation.template) if evaluation.kind == "gather" else evaluation.template
            value, text = await asyncio.to_thread(_rendered, replace(evaluation, scope=scope, template=template))
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


def _rendered(evaluation: Evaluation) -> tuple[Json, str]:
    """The value, and its JSON text."""
    meter = activity_meter(evaluation.at_ms, evaluation.seed, re2_engine)
    if evaluation.kind == "gather":
        # Its parts are data: what looks like an expression in them is none.
        value: Json = [item for part in evaluation.template for item in part]
    elif evaluation.kind == "transform":
        value = apply_transform(evaluation.type, evaluation.template, evaluation.scope, meter)
    elif evaluation.kind == "items":
        value = render_list(evaluation.template, "", evaluation.scope, meter)
    else:
        value = parse_template(evaluation.template).render(evaluation.scope, meter)
    return value, check_output(value)
