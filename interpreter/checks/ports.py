"""Ports that lead nowhere although the author must have wanted a way on from them."""

from collections import defaultdict

from interpreter.catalog import Catalog
from interpreter.checks.references import Expressions
from interpreter.checks.scopes import Scopes, stem
from interpreter.definition import Definition, Node
from interpreter.finding import Code, Finding

_TRY = "core.try"
_DECIDES = ("core.if", "core.switch")
_WAITS = ("core.wait_for_event", "core.approval")


def check_ports(definition: Definition, catalog: Catalog, scopes: Scopes, expressions: Expressions) -> list[Finding]:
    """Warnings for the unconnected ports of tries, decisions, waits and approvals."""
    asked = {node.id for node in definition.nodes if stem(node) in (_TRY, *_DECIDES, *_WAITS)}
    if not asked:
        return []
    wired: dict[str, dict[str, None]] = defaultdict(dict)
    for edge in definition.edges:
        if edge.source in asked:
            wired[edge.source][edge.source_port] = None
    read = {reference.name for _, written in expressions for reference in written.references if reference.root == "nodes"}
    found: list[Finding] = []
    for index, node in enumerate(definition.nodes):
        kind = stem(node)
        path = f"/nodes/{index}"
        ports = wired.get(node.id, {})
        if node.disabled:
            continue
        if kind == _TRY:
            found += _check_try(node, path, ports, scopes)
        elif kind in _DECIDES and node.id not in read:
            found += _check_decision(node, path, ports, catalog)
        elif kind in _WAITS:
            found += _check_wait(node, path, ports)
    return found


def _check_try(node: Node, path: str, ports: dict[str, None], scopes: Scopes) -> list[Finding]:
    if "error" in ports or not scopes.children.get(node.id):
        return []
    message = f'when something in "{node.label}" fails nothing follows, and the run goes on as if all were well'
    hint = "draw an edge from its port error; to a core.fail, if the run is to fail then"
    return [Finding(Code.TRY_ERROR_UNCONNECTED, message, path, node.id, "warning", hint)]


def _check_decision(node: Node, path: str, ports: dict[str, None], catalog: Catalog) -> list[Finding]:
    node_type = catalog.get(node.type)
    if node_type is None:
        return []
    known = node_type.ports_for(node.config)
    if not any(port in ports for port in known):
        message = f'"{node.label}" decides, and nothing follows'
        return [_unconnected(node, path, message, f"draw an edge from one of its ports: {', '.join(known)}")]
    if stem(node) != "core.switch":
        return []
    # One way of an if often means "do nothing", and so does the default; but who names a case wants a way for it.
    return [
        _unconnected(node, path, f'the case "{port}" of "{node.label}" leads nowhere', f"draw an edge from its port {port}, or remove the case")
        for port in known
        if port not in ports and port != "default"
    ]


def _check_wait(node: Node, path: str, ports: dict[str, None]) -> list[Finding]:
    found: list[Finding] = []
    if not ports:
        return found
    if node.timeout is not None and "timeout" not in ports:
        message = f'when the timeout of "{node.label}" is over nothing follows'
        found.append(_unconnected(node, path, message, "draw an edge from its port timeout"))
    if "rejected" in ports and "approved" not in ports:
        message = f'nothing follows when "{node.label}" is approved'
        found.append(_unconnected(node, path, message, "draw an edge from its port approved"))
    return found


def _unconnected(node: Node, path: str, message: str, hint: str) -> Finding:
    return Finding(Code.PORT_UNCONNECTED, message, path, node.id, "warning", hint)
