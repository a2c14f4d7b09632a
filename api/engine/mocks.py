"""Mocks of a run: what stands for a node's attempts, checked against the plan before anything starts."""

import json
import re
from dataclasses import dataclass

from activities.kit.regex_engine import re2_check
from interpreter.expressions import parse_template
from interpreter.json_value import Json, JsonObject, pointer
from interpreter.plan import Plan, PlannedNode

MOST_BYTES = 1024 * 1024
"""All mocks of a run together: they travel in its start, beside the input and the plan."""
_KEY = re.compile(r"([a-z][a-z0-9_]{0,62})(?:#([0-9]{1,9}(?:\.[0-9]{1,9})*))?")
_KINDS = ("output", "error", "sequence", "expression")
_INDEXING = ("core.map@", "core.loop@")
_LONGEST_SEQUENCE = 10_000


@dataclass(frozen=True, slots=True)
class WrongMock:
    """What is wrong with the mocks, and where."""

    message: str
    path: str
    """JSON Pointer into the mocks."""


def wrong_mock(plan: Plan, mocks: JsonObject) -> WrongMock | None:
    """The first thing that is wrong with a run's mocks; None when they can be used.

    A key is a node id or an instance key (`fetch`, `fetch#3.1`); a value is exactly one of `output`,
    `error`, `sequence` and `expression`.
    """
    for key, mock in mocks.items():
        found = _wrong_key(plan, key) or _wrong_value(mock, (key,))
        if found is not None:
            return found
    size = len(json.dumps(mocks))
    if size > MOST_BYTES:
        return WrongMock(f"the mocks take {size} bytes, and {MOST_BYTES} at most travel in a run", "")
    return None


def wrong_node(plan: Plan, node_id: str) -> str | None:
    """Why the attempts of a node can't be mocked; None when they can."""
    index = plan.index_by_id.get(node_id)
    if index is None:
        return f'there is no node "{node_id[:80]}"'
    if plan.nodes[index].is_control:
        return f'"{node_id}" is decided by the run itself, and has no attempts that a mock could stand for'
    return None


def output_mocks(plan: Plan, outputs: JsonObject) -> JsonObject:
    """Mocks that answer with these outputs, by node id; nodes that have gone since are left out."""
    return {node_id: {"output": output} for node_id, output in outputs.items() if wrong_node(plan, node_id) is None}


def _wrong_key(plan: Plan, key: str) -> WrongMock | None:
    read = _KEY.fullmatch(key)
    if read is None:
        return WrongMock("this is neither a node id nor an instance key such as fetch#3", pointer(key))
    node_id, path = read.group(1), read.group(2)
    wrong = wrong_node(plan, node_id)
    if wrong is not None:
        return WrongMock(wrong, pointer(key))
    if path is None:
        return None
    levels = _levels(plan, plan.nodes[plan.index_by_id[node_id]])
    if path.count(".") + 1 != levels:
        return WrongMock(f'"{node_id}" stands in {levels} maps or loops, so that its keys have {levels} numbers', pointer(key))
    return None


def _levels(plan: Plan, node: PlannedNode) -> int:
    """How many indices the node's instance keys have."""
    levels = 0
    while node.parent is not None:
        node = plan.nodes[node.parent]
        levels += node.type.startswith(_INDEXING)
    return levels


def _wrong_value(mock: Json, place: tuple[str | int, ...], kinds: tuple[str, ...] = _KINDS) -> WrongMock | None:
    if not isinstance(mock, dict) or len(mock) != 1 or next(iter(mock)) not in kinds:
        return WrongMock(f"a mock is an object with exactly one of {', '.join(kinds)}", pointer(*place))
    ((kind, value),) = mock.items()
    inside = (*place, kind)
    if kind == "error":
        return _wrong_error(value, inside)
    if kind == "expression":
        return _wrong_expression(value, inside)
    if kind == "sequence":
        return _wrong_sequence(value, inside)
    return None


def _wrong_sequence(value: Json, place: tuple[str | int, ...]) -> WrongMock | None:
    if not isinstance(value, list) or not 0 < len(value) <= _LONGEST_SEQUENCE:
        return WrongMock(f"a sequence is a list of 1 to {_LONGEST_SEQUENCE} mocks, one for each attempt", pointer(*place))
    wrong = (_wrong_value(one, (*place, index), ("output", "error", "expression")) for index, one in enumerate(value))
    return next(filter(None, wrong), None)


def _wrong_expression(value: Json, place: tuple[str | int, ...]) -> WrongMock | None:
    if not isinstance(value, str):
        return WrongMock("the expression is a text such as {{ config.url }}", pointer(*place))
    problems = parse_template(value, pointer(*place), re2_check).problems
    return WrongMock(problems[0].message, problems[0].pointer) if problems else None


def _wrong_error(value: Json, place: tuple[str | int, ...]) -> WrongMock | None:
    if not isinstance(value, dict) or not {"name"} <= value.keys() <= {"name", "message", "retryable"}:
        return WrongMock("an error is an object of name, message and, if you like, retryable", pointer(*place))
    for field in ("name", "message"):
        if not isinstance(value.get(field, ""), str) or value["name"] == "":
            return WrongMock(f"the {field} is a text", pointer(*place, field))
    if not isinstance(value.get("retryable", False), bool):
        return WrongMock("retryable is true or false", pointer(*place, "retryable"))
    return None
