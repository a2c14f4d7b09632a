"""The graph as a whole: circles, nodes that can't be reached, joins that can't come true."""

from collections import defaultdict
from dataclasses import dataclass

from interpreter.definition import Definition
from interpreter.finding import Code, Finding
from interpreter.graph import Graph

_SHOWN = 100


@dataclass(frozen=True)
class Topology:
    """Which nodes come before which, by id; the last of equal ids counts."""

    index_by_id: dict[str, int]
    before: list[int]
    acyclic: bool
    ordered: list[int]
    """The nodes by index, each behind all that lead to it; those on or behind a circle are missing."""

    def is_before(self, earlier: str, later: str) -> bool:
        return bool(self.before[self.index_by_id[later]] >> self.index_by_id[earlier] & 1)


def check_topology(definition: Definition) -> tuple[Topology, list[Finding]]:
    index_by_id = {node.id: index for index, node in enumerate(definition.nodes)}
    edges = [
        (index_by_id[edge.source], index_by_id[edge.target])
        for edge in definition.edges
        if edge.source in index_by_id and edge.target in index_by_id and edge.source != edge.target
    ]
    graph = Graph.of(len(definition.nodes), edges)
    ordered = graph.order()
    found = _check_cycle(definition, graph, ordered)
    found += _check_joins(definition)
    return Topology(index_by_id, graph.ancestors(ordered), len(ordered) == graph.size, ordered), found


def _check_cycle(definition: Definition, graph: Graph, ordered: list[int]) -> list[Finding]:
    cycle = graph.a_cycle(ordered)
    if not cycle:
        return []
    ids = [definition.nodes[index].id for index in cycle]
    shown = " -> ".join([*ids[:20], "…"] if len(ids) > 20 else [*ids, ids[0]])
    found = [Finding(Code.CYCLE, f"the graph goes in a circle: {shown}", f"/nodes/{cycle[0]}", ids[0], hint="to repeat something, use a loop")]
    on_cycle = set(cycle)
    unreachable = sorted(set(range(graph.size)).difference(ordered, on_cycle))
    for index in unreachable[:_SHOWN]:
        node = definition.nodes[index]
        found.append(Finding(Code.UNREACHABLE_NODE, f'"{node.id}" waits for a circle', f"/nodes/{index}", node.id, "warning"))
    return found


def _check_joins(definition: Definition) -> list[Finding]:
    sources: dict[str, list[str]] = defaultdict(list)
    for edge in definition.edges:
        sources[edge.target].append(edge.source)
    found: list[Finding] = []
    for index, node in enumerate(definition.nodes):
        if node.join in ("all", "any"):
            continue
        into = sources[node.id]
        # A node leaves by one port only, so of two wires from one node one at most is ever taken.
        most = len(set(into))
        path = f"/nodes/{index}/join"
        if isinstance(node.join, int) and node.join > len(into):
            message = f"it waits for {node.join} edges and has {len(into)}"
            found.append(Finding(Code.JOIN_IMPOSSIBLE, message, path, node.id, hint="lower the number, or draw more edges"))
        elif isinstance(node.join, int) and node.join > most:
            message = f"it waits for {node.join} edges, but they come from {most} nodes, and a node leaves by one port only"
            found.append(Finding(Code.JOIN_IMPOSSIBLE, message, path, node.id, hint="lower the number"))
        elif node.join == "every" and most < len(into):
            message = "it waits for two ports of one node, and a node leaves by one port only"
            found.append(Finding(Code.JOIN_IMPOSSIBLE, message, path, node.id, hint='use "all"'))
    return found
