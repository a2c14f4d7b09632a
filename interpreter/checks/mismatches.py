"""Values of a type that a field of a config can't take, as far as schemas and operators tell."""

from collections.abc import Container, Iterator

from interpreter.catalog import Catalog
from interpreter.checks.references import Expressions
from interpreter.checks.schema_types import Types, fits, type_of, types_at
from interpreter.definition import Definition, Node
from interpreter.expressions import Reference
from interpreter.expressions.quick_reading import Plain, Written, step_of
from interpreter.finding import Code, Finding
from interpreter.json_value import Json, JsonObject
from interpreter.node_type import Kind, NodeType

_KNOWN: dict[tuple[str, str | None], str] = {
    ("index", None): "integer",
    ("count", None): "integer",
    ("run", "id"): "string",
    ("run", "started_at"): "string",
    ("run", "resume_url"): "string",
    ("trigger", "kind"): "string",
    ("trigger", "at"): "string",
}
_HINTS = {
    "boolean": "compare it, or use $boolean(…)",
    "number": "use $number(…)",
    "integer": "use $number(…)",
    "string": "use $string(…)",
    "array": "[ … ] makes a list of one value",
}


def check_types(
    definition: Definition, catalog: Catalog, expressions: Expressions, known: Container[str] = ()
) -> list[Finding]:
    """Warnings where a field wants one type and is certainly given another; not at places that are `known` to be wrong."""
    schemas = _Schemas(definition, catalog)
    found: list[Finding] = []
    for index, (node, written) in enumerate(expressions):
        node_type = None if node is None else catalog.get(node.type)
        if node is None or node_type is None:
            continue
        wanted = schemas.wanted_by(node_type)
        if not wanted:
            continue
        start = f"/nodes/{index}/config"
        for path, steps, value in _leaves(node_type.templates_in(node.config), start):
            types = _given(value, written, path, node_type.kind, schemas)
            if types is not None and steps[0] in wanted and path not in known:
                asked = types_at(schemas.config_of(node_type), steps)
                if asked is not None and not fits(types, asked) and not _is_text_for_the_machine(node_type, asked):
                    found.append(_finding(node, path, steps, types, asked))
    return found


class _Schemas:
    """The schemas of configs, inputs and outputs, each asked for once."""

    def __init__(self, definition: Definition, catalog: Catalog) -> None:
        self._catalog = catalog
        self._nodes = {node.id: node for node in definition.nodes}
        self._input = definition.input or {}
        self._configs: dict[str, JsonObject] = {}
        self._wanted: dict[str, frozenset[str]] = {}

    def config_of(self, node_type: NodeType) -> JsonObject:
        if node_type.id not in self._configs:
            self._configs[node_type.id] = node_type.config_schema()
        return self._configs[node_type.id]

    def wanted_by(self, node_type: NodeType) -> frozenset[str]:
        """The fields of a config that do not take anything; those asked once per item are none of them."""
        if node_type.id not in self._wanted:
            schema = self.config_of(node_type)
            fields = schema.get("properties", {})
            self._wanted[node_type.id] = frozenset(
                name for name, one in fields.items() if name not in node_type.item_fields and not _takes_anything(one)
            )
        return self._wanted[node_type.id]

    def of(self, reference: Reference) -> Types | None:
        """The types that a path may give."""
        if reference.root == "input":
            return types_at(self._input, [name for name in (reference.name, *reference.path) if name is not None])
        if reference.root == "nodes" and reference.name is not None:
            return self._of_node(reference.name, reference.path)
        if reference.path:
            return None
        known = _KNOWN.get((reference.root, reference.name))
        return None if known is None else frozenset((known,))

    def _of_node(self, name: str, path: tuple[str, ...]) -> Types | None:
        node = self._nodes.get(name)
        node_type = None if node is None else self._catalog.get(node.type)
        # A disabled node gives null, and so does one that goes on after an error.
        if node is None or node_type is None or node.disabled or node.on_error == "continue":
            return None
        return types_at(node_type.output_schema, path)


def _is_text_for_the_machine(node_type: NodeType, wanted: Types) -> bool:
    """Titles and messages of control nodes are texts, but a number will do."""
    return node_type.kind is Kind.CONTROL and wanted <= {"string", "null"}


def _takes_anything(schema: Json) -> bool:
    if not isinstance(schema, dict):
        return True
    told = any(name in schema for name in ("type", "anyOf", "oneOf", "$ref", "enum", "const"))
    return not told or (schema.get("type") == "object" and "properties" not in schema and schema.get("additionalProperties", True) is True)


def _leaves(config: Json, start: str) -> Iterator[tuple[str, list[str | int], Json]]:
    """Every scalar of a config with its pointer and its steps."""
    open_values: list[tuple[str, list[str | int], Json]] = [(start, [], config)]
    while open_values:
        path, steps, value = open_values.pop()
        if isinstance(value, dict):
            open_values += [(path + step_of(name), [*steps, name], one) for name, one in value.items()]
        elif isinstance(value, list):
            open_values += [(f"{path}/{place}", [*steps, place], one) for place, one in enumerate(value)]
        elif steps:
            yield path, steps, value


def _given(value: Json, written: Written, path: str, kind: Kind, schemas: _Schemas) -> Types | None:
    """The types of what stands there; None where only a run can tell."""
    if not isinstance(value, str) or "{{" not in value:
        # A service's config goes through its model, which reads "5" as a number; the machine takes values as they are.
        return frozenset((type_of(value),)) if kind is Kind.CONTROL and value is not None else None
    plain = written.plain.get(path)
    if plain is None:
        return None
    return _types_of(plain, schemas)


def _types_of(plain: Plain, schemas: _Schemas) -> Types | None:
    if plain.path is not None:
        return schemas.of(plain.path)
    return None if plain.kind is None or plain.kind == "null" else frozenset((plain.kind,))


def _finding(node: Node, path: str, steps: list[str | int], given: Types, wanted: Types) -> Finding:
    asked = sorted(wanted - {"null"}) or ["null"]
    field = ".".join(str(step) for step in steps)
    message = f"{field}: it gets {_listed(given)}, and wants {_listed(frozenset(asked))}"
    return Finding(Code.TYPE_MISMATCH, message, path, node.id, "warning", _HINTS.get(asked[0]))


def _listed(types: Types) -> str:
    named = [{"array": "a list", "object": "an object", "integer": "a whole number", "null": "null"}.get(one, f"a {one}") for one in sorted(types)]
    return " or ".join(named)
