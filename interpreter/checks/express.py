"""Express mode: only nodes that are short and may be repeated."""

from interpreter.catalog import Catalog
from interpreter.definition import Definition, Node
from interpreter.duration import parse_duration
from interpreter.finding import Code, Finding
from interpreter.node_type import Kind, NodeType

LONGEST_ATTEMPT = "5s"


def check_express(definition: Definition, catalog: Catalog) -> list[Finding]:
    """Nodes for which a workflow can't be published in express mode."""
    if definition.settings.mode != "express":
        return []
    found = []
    for index, node in enumerate(definition.nodes):
        node_type = catalog.get(node.type)
        reason = None if node_type is None or node.disabled else _reason(node, node_type)
        if reason is not None:
            message, hint = reason
            found.append(Finding(Code.EXPRESS_NOT_POSSIBLE, message, f"/nodes/{index}", node.id, hint=hint))
    return found


def _reason(node: Node, node_type: NodeType) -> tuple[str, str] | None:
    if node_type.kind is not Kind.SERVICE:
        return None
    if not node_type.idempotent:
        return f"{node_type.title} may repeat a write: after a crash an express run repeats its nodes", "use the standard mode"
    if node.timeout is not None and parse_duration(node.timeout) > parse_duration(LONGEST_ATTEMPT):
        return f"it may take {node.timeout}, and an attempt in express mode {LONGEST_ATTEMPT} at most", "lower its timeout, or use the standard mode"
    return None
