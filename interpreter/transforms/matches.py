"""Lists from paths: the language gives a single match as the match itself, and none as nothing; a list is what is meant."""

from functools import lru_cache

from interpreter.expressions import ExpressionFailure, Meter, parse_template
from interpreter.expressions.expression import InvalidSyntax
from interpreter.expressions.scanner import scan
from interpreter.expressions.syntax import parse
from interpreter.expressions.tree import Node
from interpreter.json_value import Json, JsonObject

_PATHS_KEPT = 512
_SELECTING = ("wildcard", "descendant", "sort")


def render_list(raw: Json, path: str, roots: JsonObject, meter: Meter) -> Json:
    """The value of a field that is to be a list.

    A path with a filter, a wildcard or a step into an array gives a list also with one match or none;
    anything else gives what it gives. Raises `ExpressionFailure`.
    """
    text = _whole_expression(raw)
    if text is not None and _selects(text, roots):
        try:
            found = parse_template("{{ " + text + "[] }}", path).render(roots, meter)
        except ExpressionFailure as failure:
            failure.details["expression"] = text.strip()
            raise
        return [] if found is None else found
    return parse_template(raw, path).render(roots, meter)


def _whole_expression(raw: Json) -> str | None:
    if not isinstance(raw, str):
        return None
    segments = scan(raw).segments
    return segments[0].text if len(segments) == 1 and segments[0].start is not None else None


def _selects(text: str, roots: JsonObject) -> bool:
    steps = _steps(text)
    if steps is None:
        return False
    names, selecting = steps
    if selecting:
        return True
    value: Json = roots
    for name in names:
        if isinstance(value, list):
            return True
        if not isinstance(value, dict) or name not in value:
            return False
        value = value[name]
    return False


@lru_cache(maxsize=_PATHS_KEPT)
def _steps(text: str) -> tuple[tuple[str, ...], bool] | None:
    """The names that a path begins with, `*` for a step that is none, and whether it selects in any case.

    None for what is no path, or says by itself what it gives (`[]`, a group).
    """
    try:
        tree = parse(text)
    except InvalidSyntax:
        return None
    if tree.type != "path" or tree.keep_singleton_array or tree.group is not None or tree.steps[0].type != "name":
        return None
    names = tuple(str(step.value) if step.type == "name" else "*" for step in tree.steps)
    return names, any(_is_selecting(step) for step in tree.steps)


def _is_selecting(step: Node) -> bool:
    return step.type in _SELECTING or step.stages is not None or step.predicate is not None
