"""Each edge by itself: both ends exist, and so do its ports."""

from interpreter.catalog import Catalog
from interpreter.definition import Definition, Edge, Node
from interpreter.finding import Code, Finding


def check_edges(definition: Definition, catalog: Catalog) -> list[Finding]:
    found: list[Finding] = []
    nodes = {node.id: node for node in definition.nodes}
    ports = {node.id: _ports(node, catalog) for node in definition.nodes}
    seen: set[tuple[str, str, str]] = set()
    for index, edge in enumerate(definition.edges):
        found += _check_ends(index, edge, nodes)
        same = (edge.source, edge.source_port, edge.target)
        if same in seen:
            found.append(Finding(Code.DUPLICATE_EDGE, f'"{edge.source}" is wired to "{edge.target}" twice', f"/edges/{index}", edge.source))
        seen.add(same)
        if edge.source in nodes:
            found += _check_port(index, edge, nodes[edge.source], ports[edge.source])
        if edge.target_port != "in":
            path = f"/edges/{index}/target_port"
            found.append(Finding(Code.UNKNOWN_PORT, f'the only way in is "in", not "{edge.target_port}"', path, edge.target))
    return found


def _ports(node: Node, catalog: Catalog) -> tuple[str, ...] | None:
    node_type = catalog.get(node.type)
    return None if node_type is None else node_type.ports_for(node.config)


def _check_ends(index: int, edge: Edge, nodes: dict[str, Node]) -> list[Finding]:
    found = [
        Finding(Code.DANGLING_EDGE, f'there is no node "{end}"', f"/edges/{index}/{name}", hint="remove the edge, or add the node")
        for name, end in (("source", edge.source), ("target", edge.target))
        if end not in nodes
    ]
    if edge.source == edge.target and edge.source in nodes:
        hint = "to repeat something, use a loop"
        found.append(Finding(Code.SELF_LOOP, f'"{edge.source}" is wired to itself', f"/edges/{index}", edge.source, hint=hint))
    elif not found and nodes[edge.source].parent != nodes[edge.target].parent:
        message = f'"{edge.source}" and "{edge.target}" live in different containers'
        found.append(Finding(Code.EDGE_CROSSES_SCOPE, message, f"/edges/{index}", edge.source))
    return found


def _check_port(index: int, edge: Edge, source: Node, ports: tuple[str, ...] | None) -> list[Finding]:
    if ports is None or edge.source_port in ports:
        return []
    path = f"/edges/{index}/source_port"
    if edge.source_port == "error":
        if source.on_error == "route":
            return []
        hint = 'set on_error to "route"'
        return [Finding(Code.UNKNOWN_PORT, f'"{source.id}" leaves by "error" only with on_error "route"', path, source.id, hint=hint)]
    hint = f"it has {', '.join(ports)}" if ports else "nothing can follow it"
    return [Finding(Code.UNKNOWN_PORT, f'"{source.id}" has no port "{edge.source_port}"', path, source.id, hint=hint)]
