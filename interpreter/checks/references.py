"""Every expression: it can be read, and what it refers to exists and can have ended before."""

from dataclasses import dataclass

from interpreter.catalog import Catalog
from interpreter.checks.scopes import Scopes, stem
from interpreter.checks.topology import Topology
from interpreter.definition import Definition, Node
from interpreter.expressions import Reference, RegexCheck
from interpreter.expressions.quick_reading import Written, read_templates
from interpreter.finding import Code, Finding
from interpreter.json_value import JsonObject

_KNOWN_FIELDS = {
    "run": ("id", "version", "started_at", "resume_url"),
    "trigger": ("kind", "name", "at", "payload"),
}
_LOCALS = ("item", "index", "count", "carry")

Expressions = list[tuple[Node | None, Written]]
"""What is written in each node, in their order, and in the run's output (None)."""


def read_expressions(definition: Definition, catalog: Catalog, regex_check: RegexCheck | None) -> Expressions:
    """All expressions of a definition."""
    found: Expressions = []
    for index, node in enumerate(definition.nodes):
        node_type = catalog.get(node.type)
        templates = node.config if node_type is None else node_type.templates_in(node.config)
        found.append((node, read_templates(templates, f"/nodes/{index}/config", regex_check)))
    if definition.output is not None:
        found.append((None, read_templates(definition.output, "/output", regex_check)))
    return found


def check_references(
    definition: Definition, expressions: Expressions, catalog: Catalog, topology: Topology, scopes: Scopes
) -> list[Finding]:
    """What can't be read, and what refers to something that is not there."""
    found: list[Finding] = []
    known = _Known(topology, scopes, _OutputFields(definition, catalog))
    for where, written in expressions:
        node_id = where.id if where else None
        found += [
            Finding(Code.INVALID_EXPRESSION, problem.message, problem.pointer, node_id, hint=problem.hint)
            for problem in written.problems
        ]
        for reference in written.references:
            finding = _check_reference(reference, where, known)
            if finding is not None:
                found.append(finding)
    return found


class _OutputFields:
    """What is known of the fields of inputs and outputs, from their schemas."""

    def __init__(self, definition: Definition, catalog: Catalog) -> None:
        self.input = definition.input or {}
        types = {node.id: catalog.get(node.type) for node in definition.nodes}
        self._outputs = {
            node.id: known.output_schema
            for node in definition.nodes
            if (known := types[node.id]) is not None and not node.disabled and node.on_error != "continue"
        }

    def of_node(self, node_id: str) -> JsonObject:
        return self._outputs.get(node_id, {})


@dataclass(frozen=True)
class _Known:
    """What references are held against."""

    topology: Topology
    scopes: Scopes
    fields: _OutputFields


def _closed_without(schema: JsonObject, field: str) -> list[str] | None:
    """The fields of a closed object schema that has no such field; None where the field may exist."""
    properties = schema.get("properties")
    if schema.get("additionalProperties") is not False or not isinstance(properties, dict) or field in properties:
        return None
    return list(properties)


def _check_reference(reference: Reference, where: Node | None, known: _Known) -> Finding | None:
    if reference.root in ("nodes", "errors") and reference.name is not None:
        return _check_node_reference(reference, where, known)
    if reference.root in _LOCALS:
        return _check_local(reference, where, known)
    if reference.root == "config":
        return _unknown(reference, where, '"config" exists only in the expression of a mock', None)
    fields = _KNOWN_FIELDS.get(reference.root)
    if fields is not None and reference.name is not None and reference.name not in fields:
        return _unknown(reference, where, f'"{reference.root}" has no "{reference.name}"', f"it has {', '.join(fields)}")
    if reference.root == "input" and reference.name is not None and not reference.relaxed:
        others = _closed_without(known.fields.input, reference.name)
        if others is not None:
            return _unknown(reference, where, f'the input has no "{reference.name}"', f"it has {', '.join(others)}")
    return None


def _field(reference: Reference) -> str:
    """The config field that a reference stands in: `/nodes/3/config/<field>/…`."""
    steps = reference.pointer.split("/", 5)
    return steps[4] if len(steps) > 4 else ""


def _check_local(reference: Reference, where: Node | None, known: _Known) -> Finding | None:
    given = () if where is None else known.scopes.gives(where, _field(reference))
    if reference.root in given:
        return None
    place = "a loop" if reference.root == "carry" else "a map or a loop" if reference.root == "index" else "a map"
    hint = f"here there are {', '.join(dict.fromkeys(given))}" if given else None
    return _unknown(reference, where, f'"{reference.root}" exists only inside {place}', hint)


def _check_node_reference(reference: Reference, where: Node | None, known: _Known) -> Finding | None:
    name = reference.name or ""
    if name not in known.scopes.nodes:
        return _unknown(reference, where, f'there is no node "{name}"', None)
    finding = _check_sight(reference, where, known)
    if finding is not None:
        return finding
    if reference.root == "errors" and not reference.relaxed:
        return _check_error_reference(reference, where, known)
    if reference.root == "nodes" and reference.path and isinstance(reference.path[0], str) and not reference.relaxed:
        others = _closed_without(known.fields.of_node(name), reference.path[0])
        if others is not None:
            return _unknown(reference, where, f'"{name}" gives no "{reference.path[0]}"', f"it gives {', '.join(others)}")
    return None


def _check_error_reference(reference: Reference, where: Node | None, known: _Known) -> Finding | None:
    """A node whose failure ends its frame has failed for nobody but the finallys that run then."""
    node = known.scopes.nodes[reference.name or ""]
    # A try keeps the error it leaves with, and a map those that it tolerates.
    if node.on_error != "fail" or stem(node) in ("core.try", "core.map"):
        return None
    if where is not None and any(stem(one) == "core.finally" for one in known.scopes.around(where.id)):
        return None
    message = f'when "{node.id}" fails nothing behind it runs, so "errors.{node.id}" is never there'
    hint = f'set on_error of "{node.id}" to "route" or "continue"'
    return Finding(Code.UNKNOWN_REFERENCE, message, reference.pointer, where.id if where else None, "warning", hint)


def _check_sight(reference: Reference, where: Node | None, known: _Known) -> Finding | None:
    name = reference.name or ""
    sight = known.scopes.sight(name, where, _field(reference), known.topology)
    if sight == "hidden":
        parent = known.scopes.nodes[name].parent
        return _unknown(reference, where, f'"{name}" lives inside "{parent}" and can\'t be seen from here', f'read the output of "{parent}"')
    if sight == "not_before" and where is not None and known.topology.acyclic:
        message = f'"{name}" does not come before "{where.id}"'
        hint = f'connect "{name}" so that it leads here'
        return Finding(Code.REFERENCE_NOT_BEFORE, message, reference.pointer, where.id, hint=hint)
    return None


def _unknown(reference: Reference, where: Node | None, message: str, hint: str | None) -> Finding:
    node_id = where.id if where else None
    return Finding(Code.UNKNOWN_REFERENCE, message, reference.pointer, node_id, hint=hint)
