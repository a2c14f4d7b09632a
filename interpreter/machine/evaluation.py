"""Where expressions are evaluated: here when they are cheap and small, else by an activity."""

from interpreter.expressions import ExpressionBudget, ExpressionFailure, Template, workflow_meter
from interpreter.json_value import Json, JsonObject
from interpreter.machine.commands import Evaluate
from interpreter.machine.state import Instance, State
from interpreter.plan import Reads


class Undecided(Exception):
    """A value is being evaluated elsewhere: ask again when it has come."""


def scope_of(state: State, reads: Reads) -> JsonObject:
    """The roots that `reads` names, and of `nodes` and `errors` only the named ones."""
    scope: JsonObject = {root: state.roots[root] for root in reads.roots if root in state.roots}
    if reads.nodes and "nodes" not in scope:
        scope["nodes"] = {name: state.outputs[name] for name in reads.nodes if name in state.outputs}
    if reads.errors and "errors" not in scope:
        scope["errors"] = {name: state.errors[name] for name in reads.errors if name in state.errors}
    return scope


def node_value(state: State, instance: Instance, path: tuple[str | int, ...]) -> Json:
    """The rendered value at a path of a control node's config.

    Raises `Undecided` while an activity evaluates it, and `EvaluationFailed`.
    """
    template = instance.node.template(path)
    if template.constant:
        return template.raw
    field = "/".join(str(step) for step in path)
    known = instance.answers.get(field)
    if known is not None:
        return _answer(known)
    if field not in instance.asked:
        value = _evaluated_here(state, template, f"{instance.key}/{field}", instance.answers, field)
        if value is not None:
            return _answer(value)
        instance.asked.add(field)
        scope = scope_of(state, instance.node.reads)
        state.commands.append(Evaluate(instance.key, field, template.raw, scope))
    raise Undecided


def run_output(state: State, template: Template) -> Json:
    """The rendered output of the run; raises like `node_value`."""
    if template.constant:
        return template.raw
    known = state.output_answers.get("output")
    if known is not None:
        return _answer(known)
    if not state.output_asked:
        value = _evaluated_here(state, template, "/output", state.output_answers, "output")
        if value is not None:
            return _answer(value)
        state.output_asked = True
        scope = scope_of(state, state.plan.output_reads)
        state.commands.append(Evaluate(None, "output", template.raw, scope))
    raise Undecided


def _evaluated_here(
    state: State, template: Template, place: str, answers: dict[str, JsonObject], field: str
) -> JsonObject | None:
    """The answer, or None when an activity must find it; the cost of trying is charged either way."""
    if not template.cheap:
        return None
    meter = workflow_meter(state.now_ms, f"{state.context.run_id}:{place}")
    try:
        answer: JsonObject = {"value": template.render(state.roots, meter)}
    except ExpressionBudget:
        return None
    except ExpressionFailure as failure:
        answer = {"error": failure_json(failure)}
    finally:
        state.spent += meter.spent
    answers[field] = answer
    return answer


def failure_json(failure: ExpressionFailure) -> JsonObject:
    """What of a failure is kept: the answer of an evaluation, here or in an activity."""
    shown: JsonObject = {"name": failure.name, "message": failure.message}
    if failure.hint is not None:
        shown["hint"] = failure.hint
    if failure.details:
        shown["details"] = failure.details
    return shown


class EvaluationFailed(Exception):
    """An expression ended with an error, here or in an activity."""

    def __init__(self, error: JsonObject) -> None:
        super().__init__(error["message"])
        self.error = error


def _answer(known: JsonObject) -> Json:
    if "error" in known:
        raise EvaluationFailed(known["error"])
    return known["value"]
