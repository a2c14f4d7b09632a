"""What single constructs ask of their config beyond the types of its fields."""

import re
from collections.abc import Callable

from interpreter.checks.references import Expressions
from interpreter.checks.scopes import Scopes, stem
from interpreter.definition import Node
from interpreter.expressions import Reference
from interpreter.expressions.quick_reading import Written, constant_boolean
from interpreter.finding import Code, Finding

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)%")
_CHANGING = re.compile(r"\$(?:now|millis|random|shuffle)\b")
"""Functions that answer something else each time."""
_DEFAULT_ITERATIONS = 1_000


def check_constructs(expressions: Expressions, scopes: Scopes) -> list[Finding]:
    """Loops without an end, waits without a time, quorums that can't be reached, shares that are none."""
    found: list[Finding] = []
    for index, (node, written) in enumerate(expressions):
        check = None if node is None else _CHECKS.get(stem(node))
        if check is not None and node is not None:
            found += check(node, f"/nodes/{index}", written, scopes)
    return found


def _check_loop(node: Node, path: str, written: Written, scopes: Scopes) -> list[Finding]:
    if "while" not in node.config and "until" not in node.config:
        message = f'"{node.label}" has neither a "while" nor an "until": it could only end by an error'
        hint = "say how long it goes on, for example {{ index < 10 }} in while"
        return [Finding(Code.UNBOUNDED_LOOP, message, f"{path}/config", node.id, hint=hint)]
    if any(_can_end(node, name, path, written, scopes) for name in ("while", "until") if name in node.config):
        return []
    if "max_iterations" in node.config:
        return []  # who says how often it may go round has thought of an end
    message = f'nothing in "{node.label}" changes its condition: it may go round {_DEFAULT_ITERATIONS} times and then fail'
    hint = "let the condition read carry, index, or, in until, a node inside; or set max_iterations"
    field = "while" if "while" in node.config else "until"
    return [Finding(Code.UNBOUNDED_LOOP, message, f"{path}/config/{field}", node.id, "warning", hint)]


def _can_end(node: Node, name: str, path: str, written: Written, scopes: Scopes) -> bool:
    """Whether a condition can become another one than it was at first."""
    value = node.config[name]
    always = constant_boolean(value)
    if always is not None:
        return always is (name == "until")
    if not isinstance(value, str) or "{{" not in value or _CHANGING.search(value):
        return True
    inside = scopes.children.get(node.id, ())
    names = [child.id for child in inside] if name == "until" else []
    pointer = f"{path}/config/{name}"
    return any(_changes(one, names) for one in written.references if one.pointer == pointer)


def _changes(reference: Reference, inside: list[str]) -> bool:
    if reference.root in ("nodes", "errors"):
        return reference.name is None or reference.name in inside
    return reference.root in ("carry", "index")


def _check_wait(node: Node, path: str, _: Written, __: Scopes) -> list[Finding]:
    given = [name for name in ("duration", "until") if node.config.get(name) is not None]
    if len(given) == 1:
        return []
    message = "it has both a duration and an until" if given else "it has neither a duration nor an until"
    hint = 'give one of them, for example "duration": "30s"'
    return [Finding(Code.INVALID_CONFIG, message, f"{path}/config", node.id, hint=hint)]


def _check_map(node: Node, path: str, _: Written, __: Scopes) -> list[Finding]:
    told = node.config.get("tolerated_failures", 0)
    if isinstance(told, str) and "{{" not in told:
        share = _PERCENT.fullmatch(told)
        fits = share is not None and float(share[1]) <= 100
    else:
        fits = not isinstance(told, int) or told >= 0
    if fits:
        return []
    message = "tolerated_failures: neither a count nor a share"
    return [Finding(Code.INVALID_CONFIG, message, f"{path}/config/tolerated_failures", node.id, hint='write 3, or "10%"')]


def _check_approval(node: Node, path: str, _: Written, __: Scopes) -> list[Finding]:
    approvers, quorum = node.config.get("approvers"), node.config.get("quorum", 1)
    if not isinstance(approvers, list) or not approvers or not isinstance(quorum, int):
        return []
    # A role is an unknown number of people, and so may be what an expression gives.
    people = [one for one in approvers if isinstance(one, str) and not one.startswith("role:") and "{{" not in one]
    escalation = node.config.get("escalation")
    if len(people) < len(approvers) or escalation or quorum <= len(set(people)):
        return []
    message = f"quorum: {quorum} people are to approve, and {len(set(people))} may"
    return [Finding(Code.INVALID_CONFIG, message, f"{path}/config/quorum", node.id, hint="lower the quorum, or name more approvers")]


_Check = Callable[[Node, str, Written, Scopes], list[Finding]]
_CHECKS: dict[str, _Check] = {
    "core.loop": _check_loop,
    "core.wait": _check_wait,
    "core.map": _check_map,
    "core.approval": _check_approval,
}
