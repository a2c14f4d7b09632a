"""Small words to write definitions with."""

from typing import Any

from tests.engine.conftest import Recorded
from tests.interpreter.machine.reference import SERVICE


def call(node_id: str, url: str = "http://x.example", **more: Any) -> dict[str, Any]:
    """A service node whose config is its url."""
    return {"id": node_id, "type": SERVICE, "config": {"url": url}, **more}


def edge(source: str, target: str, port: str = "out") -> dict[str, Any]:
    return {"source": source, "target": target, "source_port": port}


def inside(container: str, *nodes: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes of a container."""
    return [{**node, "parent": container} for node in nodes]


def ended(recorded: Recorded) -> tuple[str, Any]:
    """How a run has ended, and its output."""
    assert recorded.end is not None
    return recorded.end.status, recorded.end.output
