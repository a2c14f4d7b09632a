"""What a shape is: a definition, an input, what its nodes answer, and who answers its waits."""

from dataclasses import dataclass, field
from typing import Any

from tests.interpreter.machine.reference import SERVICE

Script = dict[str, Any]
"""Per node id: an output, `{"fails": name}`, `{"fails": name, "times": n}`, `"hangs"`, or `"slow"`."""


@dataclass(frozen=True)
class Shape:
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    input: Any = None
    script: Script = field(default_factory=dict)
    cancel_at: str | None = None
    """Cancel is requested once this node is running."""
    continue_after: int | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)
    """Told to the run's waits, in order, each once its wait is open."""
    workflows: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What child runs may be started of."""
    batches: dict[str, int] = field(default_factory=dict)
    """How many batches each large map has."""

    def definition(self) -> dict[str, Any]:
        return {"nodes": self.nodes, "edges": self.edges, **self.more}


def call(node_id: str, **more: Any) -> dict[str, Any]:
    return {"id": node_id, "type": SERVICE, "config": {"url": "http://x.example"}, **more}


def control(node_id: str, kind: str, config: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"id": node_id, "type": f"core.{kind}@1", "config": config or {}, **more}


def edge(source: str, target: str, port: str = "out") -> dict[str, Any]:
    return {"source": source, "source_port": port, "target": target}
