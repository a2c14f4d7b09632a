"""One rendering of templates, as it can be handed to another process: what is asked, how it is done, how it fails."""

from dataclasses import dataclass

from activities.kit.regex_engine import re2_engine
from interpreter.expressions import (
    EvaluationError,
    ExpressionBudget,
    ExpressionFailure,
    Meter,
    MissingValue,
    NumberRange,
    OperandError,
    activity_meter,
    parse_template,
    quick_meter,
)
from interpreter.json_value import Json, JsonObject
from interpreter.transforms import apply_transform
from interpreter.transforms.matches import render_list

_FAILURES: dict[str, type[ExpressionFailure]] = {
    one.name: one for one in (EvaluationError, ExpressionBudget, MissingValue, NumberRange, OperandError)
}


@dataclass(frozen=True, slots=True)
class Rendering:
    """What is to be rendered; JSON throughout."""

    template: Json
    scope: JsonObject
    at_ms: int
    """What `$now()` and `$millis()` answer."""
    seed: str
    """What `$random()` and `$shuffle()` draw from."""
    kind: str = "value"
    """`value`, `items` (a list also with one match) or `transform` (a data node as a whole)."""
    type: str = ""
    """Of a transform: the node type."""


def rendered_quickly(asked: Rendering) -> Json:
    """The value, if it takes a moment only; raises `ExpressionFailure`, of which `ExpressionBudget` says "longer"."""
    return _rendered(asked, quick_meter(asked.at_ms, asked.seed, re2_engine))


def rendered(asked: Rendering, read_bytes: int) -> Json:
    """The value, under the budget of something that reads so many bytes; raises `ExpressionFailure`."""
    return _rendered(asked, activity_meter(asked.at_ms, asked.seed, re2_engine, read_bytes))


def _rendered(asked: Rendering, meter: Meter) -> Json:
    if asked.kind == "transform":
        return apply_transform(asked.type, asked.template, asked.scope, meter)
    if asked.kind == "items":
        return render_list(asked.template, "", asked.scope, meter)
    return parse_template(asked.template).render(asked.scope, meter)


def told(failure: ExpressionFailure) -> JsonObject:
    """A failure as JSON, of which `failure_of` makes the same again."""
    return {
        "name": failure.name, "message": failure.message, "hint": failure.hint, "code": failure.code, "details": failure.details,
    }  # fmt: skip


def failure_of(told: JsonObject) -> ExpressionFailure:
    """The failure that another process has told of."""
    failure = _FAILURES.get(told["name"], EvaluationError)(told["message"], told["hint"], code=told["code"])
    failure.details = told["details"]
    return failure
