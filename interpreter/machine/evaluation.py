"""Where expressions are evaluated: here when they are cheap and small, else by an activity."""

import dataclasses
import json
from dataclasses import dataclass

from interpreter.expressions import ExpressionBudget, ExpressionFailure, Meter, Template, workflow_meter
from interpreter.json_value import Json, JsonObject
from interpreter.large_value import holds_reference
from interpreter.machine.commands import Evaluate
from interpreter.machine.state import Frame, Instance, State
from interpreter.machine.visible import NotAtHand, at_hand, scope_of
from interpreter.plan import Reads, reads_of
from interpreter.protocol import EXTRACT_BYTES, INLINE_BYTES, INLINE_RUN_BYTES, EvaluationKind
from interpreter.transforms import apply_transform, is_cheap
from interpreter.transforms.matches import render_list

_EVALUATED_BYTES = 64 * 1024
"""A larger value is put together by an activity."""


class Undecided(Exception):
    """A value is being evaluated elsewhere: ask again when it has come."""


class EvaluationFailed(Exception):
    """An expression ended with an error, here or in an activity."""

    def __init__(self, error: JsonObject) -> None:
        super().__init__(error["message"])
        self.error = error


@dataclass(frozen=True, slots=True)
class Question:
    """One value that a construct wants to know.

    `field` names it among the questions of an instance: the path in its config, and behind a `#` the
    number of the round for what is asked more than once.
    """

    field: str
    template: Template
    reads: Reads
    frame: Frame
    kind: EvaluationKind = "value"
    type: str = ""
    locals: JsonObject = dataclasses.field(default_factory=dict)


def answer(state: State, asker: "Instance | State", question: Question) -> Json:
    """The value; raises `Undecided` while an activity evaluates it, and `EvaluationFailed`."""
    if question.kind == "value" and question.template.constant:
        return question.template.raw
    known = asker.answers.get(question.field)
    if known is None and question.field not in asker.asked:
        known = _evaluated_here(state, asker, question)
        if known is None:
            asker.asked[question.field] = _kept(asker, question)
            state.commands.append(evaluate_command(state, asker, question))
        else:
            asker.answers[question.field] = known
    if known is None:
        raise Undecided
    if "error" in known:
        raise EvaluationFailed(known["error"])
    return known["value"]


def _kept(asker: "Instance | State", question: Question) -> JsonObject:
    """What is needed to ask again after a restore; the template stands in the plan, but for parts of a list."""
    if question.kind == "gather":
        return {"kind": "gather", "parts": question.template.raw}
    inner = isinstance(asker, Instance) and question.frame is not asker.frame
    return {"kind": question.kind, "frame": question.frame.number if inner else None, "locals": question.locals}


def forget(asker: "Instance | State", name: str) -> None:
    """A value that is asked anew in every round is not kept longer than its round."""
    asker.answers.pop(name, None)


def evaluate_command(state: State, asker: "Instance | State", question: Question) -> Evaluate:
    """The command that asks an activity; also after a restore."""
    instance = asker if isinstance(asker, Instance) else None
    return Evaluate(
        key=instance.key if instance else None,
        field=question.field,
        kind=question.kind,
        template=question.template.raw,
        scope=scope_of(state, question.frame, question.reads, question.locals),
        type=question.type,
        inline_bytes=inline_bytes(state),
        extracts=tuple(tuple(path) for path in instance.node.extracts) if instance else (),
    )


def inline_bytes(state: State) -> int:
    """How large the next output may be and still travel inline."""
    return INLINE_BYTES if state.inline < INLINE_RUN_BYTES else EXTRACT_BYTES


def _evaluated_here(state: State, asker: "Instance | State", question: Question) -> JsonObject | None:
    """The answer, or None when an activity must find it; the cost of trying is charged either way."""
    if question.kind == "transform":
        if not is_cheap(question.type, question.template.raw):
            return None
    elif question.kind == "gather" or not question.template.cheap:
        return _gathered(question.template.raw) if question.kind == "gather" else None
    place = asker.key if isinstance(asker, Instance) else ""
    meter = workflow_meter(state.now_ms, f"{state.context.run_id}:{place}/{question.field}")
    try:
        return {"value": _rendered(state, question, meter)}
    except (ExpressionBudget, NotAtHand):
        return None
    except ExpressionFailure as failure:
        return {"error": failure_json(failure)}
    finally:
        state.spent += meter.spent


def _rendered(state: State, question: Question, meter: Meter) -> Json:
    scope = scope_of(state, question.frame, question.reads, question.locals)
    paths = ((one.root, one.name or "", one.path) for one in question.template.references)
    scope = at_hand(question.frame, scope, tuple(paths))
    if question.kind == "transform":
        return apply_transform(question.type, question.template.raw, scope, meter)
    if question.kind == "items":
        return render_list(question.template.raw, "", scope, meter)
    return question.template.render(scope, meter)


def _gathered(parts: list[Json]) -> JsonObject | None:
    """Parts that are small and all here are put together here."""
    if any(holds_reference(part) for part in parts) or len(json.dumps(parts)) > _EVALUATED_BYTES:
        return None
    return {"value": [item for part in parts for item in part]}


def gathered_template(parts: list[Json]) -> tuple[Template, Reads]:
    """The template of a question of the kind `gather`: its parts are no text of a person and are not rendered."""
    template = _Raw(parts)
    return template, reads_of(template)


class _Raw(Template):
    """Parts as they are: what looks like an expression in them is data."""

    def __init__(self, raw: Json) -> None:
        super().__init__(None, "", None)
        self.raw = raw


def failure_json(failure: ExpressionFailure) -> JsonObject:
    """What of a failure is kept: the answer of an evaluation, here or in an activity."""
    shown: JsonObject = {"name": failure.name, "message": failure.message}
    if failure.hint is not None:
        shown["hint"] = failure.hint
    if failure.details:
        shown["details"] = failure.details
    return shown
