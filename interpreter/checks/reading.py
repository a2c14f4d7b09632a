"""From raw JSON to a definition: what does not even have the shape of one."""

from typing import Any

from pydantic import ValidationError

from interpreter.definition import Definition
from interpreter.finding import Code, Finding
from interpreter.json_value import Json, pointer

MAX_NODES = 10_000
MAX_EDGES = 100_000
_SHOWN = 100


def read_definition(raw: Json) -> tuple[Definition | None, list[Finding]]:
    """The definition, or None with the findings that say where its shape is wrong."""
    if not isinstance(raw, dict):
        return None, [Finding(Code.INVALID_DEFINITION, "a definition is a JSON object")]
    too_large = list(_size_findings(raw))
    if too_large:
        return None, too_large
    try:
        return Definition.model_validate(raw), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return None, [_finding(raw, one["loc"], one["msg"]) for one in found[:_SHOWN]]


def _size_findings(raw: dict[str, Any]) -> list[Finding]:
    limits = (("nodes", MAX_NODES, Code.TOO_MANY_NODES), ("edges", MAX_EDGES, Code.TOO_MANY_EDGES))
    return [
        Finding(code, f"{len(raw[part])} {part}, and {most} at most fit one workflow", f"/{part}", hint="split it into workflows that run each other")
        for part, most, code in limits
        if isinstance(raw.get(part), list) and len(raw[part]) > most
    ]


def _finding(raw: dict[str, Any], location: tuple[int | str, ...], message: str) -> Finding:
    steps = _steps_in(raw, location)
    node_id = None
    if len(steps) >= 2 and steps[0] == "nodes":
        node = raw["nodes"][steps[1]]
        named = node.get("id") if isinstance(node, dict) else None
        node_id = named if isinstance(named, str) else None
    return Finding(Code.INVALID_DEFINITION, message, pointer(*steps), node_id)


def _steps_in(raw: Json, location: tuple[int | str, ...]) -> list[int | str]:
    """The steps of a pydantic location that are really in the JSON: it also names members of unions."""
    steps: list[int | str] = []
    value: Any = raw
    for place, step in enumerate(location):
        if is_inside(value, step):
            value = value[step]
            steps.append(step)
        elif isinstance(value, dict) and isinstance(step, str) and place == len(location) - 1:
            steps.append(step)
    return steps


def is_inside(value: Json, step: int | str) -> bool:
    """Whether a step leads somewhere in a JSON value."""
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)
