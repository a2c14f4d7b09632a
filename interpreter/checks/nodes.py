"""Each node by itself: its id, its type, its config, what it does on an error."""

import re
from collections import Counter
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from interpreter.catalog import Catalog
from interpreter.checks.reading import is_inside
from interpreter.definition import NODE_ID_PATTERN, RESERVED_IDS, Definition, Node
from interpreter.duration import parse_duration
from interpreter.finding import Code, Finding
from interpreter.json_value import Json, pointer
from interpreter.node_type import Kind, NodeType

_REFERENCE = re.compile(r"\b(?:input|nodes|errors|item|index|count|carry|vars|run|trigger)\b")
_LONGEST_CACHE = timedelta(days=30)
_ID = re.compile(NODE_ID_PATTERN)


def check_nodes(definition: Definition, catalog: Catalog) -> list[Finding]:
    found: list[Finding] = []
    if not definition.nodes:
        found.append(Finding(Code.NO_NODES, "there is nothing to run", "/nodes", hint="add a node"))
    found += _check_ids(definition)
    routed = {edge.source for edge in definition.edges if edge.source_port == "error"}
    for index, node in enumerate(definition.nodes):
        node_type = catalog.get(node.type)
        if node_type is None:
            found.append(_unknown_type(index, node, catalog))
        else:
            found += check_config(node.config, node_type, f"/nodes/{index}/config", node.id)
            found += _check_failure(index, node, node_type, node.id in routed)
            found += _check_credential(index, node, node_type)
            found += _check_cache(index, node, node_type)
    return found


def _check_ids(definition: Definition) -> list[Finding]:
    found: list[Finding] = []
    counts = Counter(node.id for node in definition.nodes)
    seen: set[str] = set()
    for index, node in enumerate(definition.nodes):
        path = f"/nodes/{index}/id"
        if not _ID.fullmatch(node.id):
            hint = "begin with a small letter; then small letters, digits and _, 63 characters at most"
            found.append(Finding(Code.INVALID_ID, f'"{node.id[:80]}" can\'t be a node id', path, node.id, hint=hint))
        if node.id in RESERVED_IDS:
            found.append(Finding(Code.RESERVED_ID, f'"{node.id}" is a reserved word', path, node.id, hint="choose another id"))
        if counts[node.id] > 1 and node.id in seen:
            found.append(Finding(Code.DUPLICATE_ID, f'another node is called "{node.id}"', path, node.id, hint="ids are unique"))
        seen.add(node.id)
    return found


def _unknown_type(index: int, node: Node, catalog: Catalog) -> Finding:
    stem = node.type.split("@", 1)[0]
    others = [known.id for known in catalog if known.id.split("@", 1)[0] == stem]
    hint = f"there is {', '.join(others)}" if others else "the list of node types says what there is"
    return Finding(Code.UNKNOWN_TYPE, f'there is no node type "{node.type}"', f"/nodes/{index}/type", node.id, hint=hint)


def check_config(config: dict[str, Any], node_type: NodeType, path: str, node_id: str | None) -> list[Finding]:
    """What the node type's model says of a config; where an expression stands, only a run can tell."""
    found: list[Finding] = []
    try:
        node_type.config.model_validate(config)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_context=False):
            steps, is_expression = _steps_in(config, one["loc"])
            if not is_expression:
                message, hint = _worded(one, node_type)
                found.append(Finding(Code.INVALID_CONFIG, message, path + pointer(*steps), node_id, hint=hint))
    # A model may also take a field by the name it has in Python (`while_`), and a run would not see it.
    by_name = node_type.config.model_config.get("populate_by_name", False)
    for name in config if by_name else ():
        field = node_type.config.model_fields.get(name)
        if field is not None and field.alias is not None and field.alias != name:
            message, hint = f'there is no field "{name}"', f'did you mean "{field.alias}"?'
            found.append(Finding(Code.INVALID_CONFIG, message, path + pointer(name), node_id, hint=hint))
    return found


def _worded(error: ErrorDetails, node_type: NodeType) -> tuple[str, str | None]:
    """A message of pydantic's in our words, with a way out."""
    location = error["loc"]
    where = ".".join(str(step) for step in location) or "config"
    if error["type"] == "missing":
        return f"{where} is missing", f"{node_type.title} needs it"
    if error["type"] == "extra_forbidden":
        if len(location) > 1:
            return f'there is no field "{where}"', "remove it"
        fields = [field.alias or name for name, field in node_type.config.model_fields.items()]
        near = get_close_matches(str(location[0]), fields, 1)
        known = f"it has {', '.join(fields)}" if fields else f"{node_type.title} has nothing to set"
        return f'there is no field "{where}"', f'did you mean "{near[0]}"?' if near else known
    message = f"{where}: {error['msg'][:1].lower()}{error['msg'][1:]}"
    value = error["input"]
    bare = isinstance(value, str) and _REFERENCE.search(value)
    return message, "write an expression between {{ and }}" if bare else None


def _steps_in(config: Json, location: tuple[int | str, ...]) -> tuple[list[int | str], bool]:
    """The steps that lead as deep into the config as it goes, and whether an expression stands there."""
    value = config
    steps: list[int | str] = []
    for place, step in enumerate(location):
        if is_inside(value, step):
            value = value[step]
            steps.append(step)
        elif isinstance(value, dict) and isinstance(step, str) and place == len(location) - 1:
            return [*steps, step], False
    return steps, isinstance(value, str) and "{{" in value


def _check_failure(index: int, node: Node, node_type: NodeType, routed: bool) -> list[Finding]:
    found: list[Finding] = []
    path = f"/nodes/{index}/on_error"
    has_out = "out" in node_type.ports_for(node.config)
    if node.on_error not in node_type.on_error_allowed:
        found.append(Finding(Code.ON_ERROR_NOT_ALLOWED, f"{node_type.title} can't {node.on_error} on an error", path, node.id))
    elif node.on_error == "continue" and not has_out:
        hint = 'use "route", or "fail"'
        found.append(Finding(Code.CONTINUE_NEEDS_OUT, "it has no port out to go on by", path, node.id, hint=hint))
    elif node.on_error == "route" and not routed:
        hint = "draw an edge from its port error"
        found.append(Finding(Code.ROUTE_UNCONNECTED, "nothing is connected to its port error", path, node.id, hint=hint))
    if node.disabled and not has_out:
        disabled = f"/nodes/{index}/disabled"
        found.append(Finding(Code.DISABLED_NEEDS_OUT, "it has no port out to leave by while disabled", disabled, node.id))
    policies = node.retry if isinstance(node.retry, tuple) else (node.retry,) if node.retry else ()
    if not node_type.idempotent and any(policy.max_attempts > 1 for policy in policies):
        message = f"{node_type.title} writes: an attempt whose answer was lost may have written, and a repeated one writes again"
        hint = "make it one attempt, unless the other side knows the idempotency key"
        found.append(Finding(Code.RETRY_ON_WRITE, message, f"/nodes/{index}/retry", node.id, "warning", hint))
    return found


def _check_cache(index: int, node: Node, node_type: NodeType) -> list[Finding]:
    if node.cache is None:
        return []
    path = f"/nodes/{index}/cache"
    if node_type.kind is Kind.CONTROL:
        message = f"{node_type.title} calls nobody, so there is nothing to keep"
        return [Finding(Code.CACHE_NOT_USED, message, path, node.id, "warning", "remove it")]
    if parse_duration(node.cache.ttl) > _LONGEST_CACHE:
        return [Finding(Code.CACHE_TOO_LONG, "a result is kept for 30 days at most", f"{path}/ttl", node.id)]
    if not node_type.idempotent:
        message = f"{node_type.title} writes: with a kept result it would not"
        return [Finding(Code.CACHE_ON_WRITE, message, path, node.id, "warning", "remove it, unless that is what you want")]
    return []


def _check_credential(index: int, node: Node, node_type: NodeType) -> list[Finding]:
    path = f"/nodes/{index}/credential"
    if node.credential and not node_type.credential_kinds:
        message = f"{node_type.title} uses no credential"
        return [Finding(Code.CREDENTIAL_NOT_USED, message, path, node.id, "warning")]
    if not node.credential and node_type.credential_required:
        return [Finding(Code.CREDENTIAL_MISSING, f"{node_type.title} needs a credential", path, node.id)]
    return []
