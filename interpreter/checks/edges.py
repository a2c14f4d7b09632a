"""Each edge by itself: both ends exist, and so do its ports."""

from interpreter.catalog import Catalog
from interpreter.definition import Definition, Edge, Node
from interpreter.finding import Code, Finding


def check_edges(definition: Definition, catalog: Catalog) -> list[Finding]:
    """Ends that do not exist, ports that do not, wires drawn twice, and wires across a container's border."""
    found: list[Finding] = []
    nodes = {node.id: node for node in definition.nodes}
    ports = {node.id: _ports(node, catalog) for node in definition.nodes}
    seen: set[tuple[str, str, str]] = set()
    for index, edge in enumerate(definition.edges):
        source, target = nodes.get(edge.source), nodes.get(edge.target)
        if source is None or target is None or source is target or source.parent != target.parent:
            found += _check_ends(index, edge, source, target)
        same = (edge.source, edge.source_port, edge.target)
        if same in seen:
            message = f'"{edge.source}" is wired to "{edge.target}" twice'
            found.append(Finding(Code.DUPLICATE_EDGE, message, f"/edges/{index}", edge.source, hint="remove one of the edges"))
        seen.add(same)
        if source is not None:
            known = ports[edge.source]
            if known is not None and edge.source_port not in known:
                found += _check_port(index, edge, source, known)
        if edge.target_port != "in":
            path = f"/edges/{index}/target_port"
            message = f'the only way in is "in", not "{edge.target_port}"'
            found.append(Finding(Code.UNKNOWN_PORT, message, path, edge.target, hint='let the edge end at "in"'))
    return found


def _ports(node: Node, catalog: Catalog) -> tuple[str, ...] | None:
    node_type = catalog.get(node.type)
    return None if node_type is None else node_type.ports_for(node.config)


def _check_ends(index: int, edge: Edge, source: Node | None, target: Node | None) -> list[Finding]:
    if source is None or target is None:
        ends = (("source", edge.source, source), ("target", edge.target, target))
        return [
            Finding(Code.DANGLING_EDGE, f'there is no node "{end}"', f"/edges/{index}/{name}", hint="remove the edge, or add the node")
            for name, end, node in ends
            if node is None
        ]
    path = f"/edges/{index}"
    if source is target:
        hint = "to repeat something, use a loop"
        return [Finding(Code.SELF_LOOP, f'"{edge.source}" is wired to itself', path, edge.source, hint=hint)]
    message = f'"{edge.source}" and "{edge.target}" live in different containers'
    hint = f'connect the container "{target.parent}" instead' if target.parent else f'connect the container "{source.parent}" instead'
    return [Finding(Code.EDGE_CROSSES_SCOPE, message, path, edge.source, hint=hint)]


def _check_port(index: int, edge: Edge, source: Node, ports: tuple[str, ...]) -> list[Finding]:
    path = f"/edges/{index}/source_port"
    if edge.source_port == "error":
        if source.on_error == "route":
            return []
        hint = 'set on_error to "route"'
        return [Finding(Code.UNKNOWN_PORT, f'"{source.id}" leaves by "error" only with on_error "route"', path, source.id, hint=hint)]
    hint = f"it has {', '.join(ports)}" if ports else "nothing can follow it"
    return [Finding(Code.UNKNOWN_PORT, f'"{source.id}" has no port "{edge.source_port}"', path, source.id, hint=hint)]
