"""Ten thousand nodes are checked within a second (twice that is allowed here, for slow machines)."""

import random
import time
from typing import Any

import pytest

from interpreter.validation import check
from tests.interpreter.checks.checking import CATALOG, node, reads
from tests.pace import SLOWED

NODES = 10_000
Graph = tuple[list[dict[str, Any]], list[tuple[str, str]]]


def chain() -> Graph:
    nodes = [reads("n0", "input.x"), *(reads(f"n{i}", f"nodes.n{i - 1}.v + {i}") for i in range(1, NODES))]
    return nodes, [(f"n{i - 1}", f"n{i}") for i in range(1, NODES)]


def wide() -> Graph:
    middle = range(1, NODES - 1)
    nodes = [reads("n0", "input.x"), *(reads(f"n{i}", f"nodes.n0.v & 'x{i}'") for i in middle), reads("last", "nodes.n7.v")]
    return nodes, [("n0", f"n{i}") for i in middle] + [(f"n{i}", "last") for i in middle]


def layers() -> Graph:
    """A hundred layers of decisions and joins; everything reads something far above it."""
    chance = random.Random(7)
    nodes: list[dict[str, Any]] = []
    edges: dict[tuple[str, str], None] = {}
    for i in range(NODES):
        if i < 100:
            nodes.append(reads(f"n{i}", f"input.x{i}"))
            continue
        before = [f"n{(i // 100 - 1) * 100 + chance.randrange(100)}" for _ in range(2)]
        edges.update(((one, f"n{i}"), None) for one in before)
        nodes.append(reads(f"n{i}", f"nodes.{before[0]}.v > {i} and input.y", join=chance.choice(["all", "any", "every"])))
    return nodes, list(edges)


def containers() -> Graph:
    """Maps of loops of nodes."""
    nodes: list[dict[str, Any]] = []
    for i in range(0, NODES, 10):
        nodes.append(node(f"n{i}", "map", {"items": f"{{{{ input.list{i} }}}}"}))
        nodes.append(node(f"n{i + 1}", "loop", {"while": f"{{{{ carry < {i} }}}}"}, parent=f"n{i}"))
        nodes += [reads(f"n{i + j}", f"item.f{i} + carry * {j}", parent=f"n{i + 1}") for j in range(2, 10)]
    inner = [(f"n{i + j}", f"n{i + j + 1}") for i in range(0, NODES, 10) for j in range(2, 9)]
    return nodes, inner + [(f"n{i}", f"n{i + 10}") for i in range(0, NODES - 10, 10)]


def deep() -> Graph:
    """Containers in containers, a hundred levels, a hundred times."""
    return [
        node(f"n{i}", "loop", {"while": f"{{{{ carry < {i} }}}}", "next": "{{ carry + 1 }}"}, **({"parent": f"n{i - 1}"} if i % 100 else {}))
        for i in range(NODES)
    ], []


def decisions() -> Graph:
    """A chain of ifs whose ways come together again."""
    nodes: list[dict[str, Any]] = []
    edges: list[tuple[str, str, str]] = []
    for i in range(0, NODES, 2):
        nodes += [node(f"n{i}", "if", {"condition": f"{{{{ input.x = {i} }}}}"}), node(f"n{i + 1}", "noop")]
        edges += [(f"n{i}", "true", f"n{i + 1}"), (f"n{i}", "false", f"n{i + 1}")]
        edges += [(f"n{i + 1}", "out", f"n{i + 2}")] if i + 2 < NODES else []
    return nodes, edges  # type: ignore[return-value]


@pytest.mark.parametrize("shape", [chain, wide, layers, containers, deep, decisions])
def test_ten_thousand_nodes_are_checked_quickly(shape: Any) -> None:
    nodes, edges = shape()
    wires = [{"source": one[0], "target": one[-1], "source_port": one[1] if len(one) > 2 else "out"} for one in edges]
    raw = {"format": 1, "name": "x", "nodes": nodes, "edges": wires}
    began = time.process_time()
    found = check(raw, CATALOG).findings
    took = time.process_time() - began
    assert len(nodes) == NODES
    assert [one for one in found if one.severity == "error"] == []
    assert took < SLOWED
