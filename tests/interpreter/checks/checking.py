"""Small definitions, and the findings of the whole validation for them."""

from typing import Any

from pydantic import Field

from interpreter.catalog import Catalog
from interpreter.finding import Finding
from interpreter.machine.constructs import control_node_types
from interpreter.node_type import Effect, Kind, NodeConfig, NodeType
from interpreter.validation import check


class SendConfig(NodeConfig):
    text: str = ""
    times: int = 1
    to: list[str] = Field(default_factory=list)
    options: dict[str, bool] = Field(default_factory=dict)
    either: int | str = 0
    token: str = ""
    anything: Any = None


SEND = NodeType(
    "test.send@1",
    "Send",
    "",
    "Test",
    Kind.SERVICE,
    SendConfig,
    output_schema={
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "size": {"type": "integer"},
            "parts": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
            "more": {},
        },
        "additionalProperties": False,
    },
    idempotent=False,
    effect=Effect.WRITE,
)
CATALOG = Catalog((*control_node_types(), SEND))
Node = dict[str, Any]


def node(node_id: str, kind: str, config: dict[str, Any] | None = None, **more: Any) -> Node:
    return {"id": node_id, "type": f"core.{kind}@1", "config": config or {}, **more}


def send(node_id: str, **more: Any) -> Node:
    return {"id": node_id, "type": "test.send@1", "config": {}, **more}


def reads(node_id: str, text: str, **more: Any) -> Node:
    """A node that reads an expression."""
    return node(node_id, "set", {"values": {"v": f"{{{{ {text} }}}}"}}, **more)


def findings(*nodes: Node, edges: tuple[tuple[str, ...], ...] = (), **more: Any) -> list[Finding]:
    """Edges are (source, target) or (source, port, target)."""
    wires = [{"source": one[0], "target": one[-1], "source_port": one[1] if len(one) > 2 else "out"} for one in edges]
    return check({"format": 1, "name": "x", "nodes": list(nodes), "edges": wires, **more}, CATALOG).findings


def codes(*nodes: Node, edges: tuple[tuple[str, ...], ...] = (), **more: Any) -> list[tuple[str, str | None]]:
    """The errors: their codes and nodes."""
    return [(one.code.value, one.node_id) for one in findings(*nodes, edges=edges, **more) if one.severity == "error"]


def warnings(*nodes: Node, edges: tuple[tuple[str, ...], ...] = (), **more: Any) -> list[tuple[str, str | None]]:
    """The warnings: their codes and nodes."""
    return [(one.code.value, one.node_id) for one in findings(*nodes, edges=edges, **more) if one.severity == "warning"]
