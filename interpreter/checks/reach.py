"""Nodes that can never run: every way to them leads through a port that is never taken, or two ways exclude each other."""

from collections import defaultdict
from dataclasses import dataclass, field

from interpreter.catalog import Catalog
from interpreter.checks.scopes import Scopes, stem
from interpreter.checks.topology import Topology
from interpreter.definition import Definition, Edge, Node
from interpreter.expressions.quick_reading import constant_boolean
from interpreter.finding import Code, Finding

_SHOWN = 100
_ENDS_A_WAY = ("core.fail", "core.stop")
_MAY_CLOSE = (*_ENDS_A_WAY, "core.if", "core.switch", "core.try", "core.wait_for_event", "core.approval")
"""Node types with ports that a definition may keep from ever being taken."""


def check_reach(definition: Definition, catalog: Catalog, topology: Topology, scopes: Scopes) -> list[Finding]:
    """Warnings for the nodes that no run can ever reach, at most 100 of them."""
    if not any(node.disabled or node.join not in ("all", "any") or stem(node) in _MAY_CLOSE for node in definition.nodes):
        return []
    ways = _Ways(definition, catalog, scopes)
    found: list[Finding] = []
    for index in topology.ordered:
        node = definition.nodes[index]
        reason = ways.visit(node)
        if reason is not None:
            message = f'"{node.label}" can never run: {reason}'
            found.append(Finding(Code.UNREACHABLE_NODE, message, f"/nodes/{index}", node.id, "warning", "connect it elsewhere, or remove it"))
        if len(found) == _SHOWN:
            break
    return found


@dataclass
class _Ways:
    """Walks along the edges, in order, and keeps what must have happened for a node to run."""

    definition: Definition
    catalog: Catalog
    scopes: Scopes
    into: dict[str, list[Edge]] = field(init=False)
    used: dict[str, dict[str, None]] = field(init=False)
    """The ports of a node that edges leave by."""
    dead: dict[str, None] = field(default_factory=dict)
    needs: dict[str, int] = field(default_factory=dict)
    """Per node a bit set of the ports that must have been taken before it."""
    bits: dict[tuple[str, str], int] = field(default_factory=dict)
    owners: list[str] = field(default_factory=list)
    """The node that each bit's port belongs to."""
    quiet: set[str] = field(default_factory=set)
    """Nodes that run, leave by one port only and need nothing: most nodes of most definitions."""
    rivals: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Per node the bits of its ports: one of them at most is ever taken."""

    def __post_init__(self) -> None:
        nodes = self.scopes.nodes
        self.into, self.used = defaultdict(list), defaultdict(dict)
        for edge in self.definition.edges:
            source, target = nodes.get(edge.source), nodes.get(edge.target)
            if source is not None and target is not None and source is not target and source.parent == target.parent:
                self.into[edge.target].append(edge)
                self.used[edge.source][edge.source_port] = None

    def visit(self, node: Node) -> str | None:
        """Why a node can't run, if so. All that lead to it must have been visited."""
        into = self.into.get(node.id, [])
        if all(edge.source in self.quiet for edge in into):
            if not node.disabled and len(self.used.get(node.id, ())) < 2 and stem(node) not in _MAY_CLOSE:
                self.quiet.add(node.id)
            return None
        reasons = [self._closed(edge) for edge in into]
        open_edges = [edge for edge, reason in zip(into, reasons, strict=True) if reason is None]
        wanted = len(into) if node.join == "every" else node.join if isinstance(node.join, int) else 1
        reason = None
        if len({edge.source for edge in open_edges}) < min(wanted, len({edge.source for edge in into})):
            reason = next(one for one in reasons if one is not None)
        else:
            reason = self._gather(node, open_edges, wanted >= len(into))
        if reason is not None:
            self.dead[node.id] = None
        return reason

    def _gather(self, node: Node, edges: list[Edge], all_of_them: bool) -> str | None:
        """Notes what the node needs; a reason when that excludes itself."""
        first, *others = [self.needs.get(edge.source, 0) | self._bit(edge) for edge in edges]
        either, both = first, first
        for one in others:
            either |= one
            both &= one
        self.needs[node.id] = either if all_of_them else both
        if not all_of_them or not others:
            return None
        # What all edges have in common was compatible before.
        differing = either & ~both
        while differing:
            lowest = differing & -differing
            owner = self.owners[lowest.bit_length() - 1]
            if (either & self.rivals[owner]).bit_count() > 1:
                return f'it waits for edges behind different ports of "{owner}", which leaves by one port only'
            differing ^= lowest
        return None

    def _bit(self, edge: Edge) -> int:
        if len(self.used[edge.source]) < 2:
            return 0
        port = (edge.source, edge.source_port)
        if port not in self.bits:
            self.bits[port] = 1 << len(self.owners)
            self.owners.append(edge.source)
            self.rivals[edge.source] |= self.bits[port]
        return self.bits[port]

    def _closed(self, edge: Edge) -> str | None:
        """Why an edge is never taken, if so."""
        if edge.source in self.dead:
            return f'"{edge.source}", which leads to it, never runs'
        source = self.scopes.nodes[edge.source]
        kind = stem(source)
        if kind in _ENDS_A_WAY:
            return f'nothing follows "{edge.source}", which ends the {"run" if kind == "core.stop" else "way by a failure"}'
        port = edge.source_port
        if source.disabled:
            return None if port == "out" else f'"{edge.source}" is disabled and leaves by out'
        if _is_closed(source, kind, port, self.scopes, self.catalog):
            return f'"{edge.source}" never leaves by {port}'
        return None


def _is_closed(node: Node, kind: str, port: str, scopes: Scopes, catalog: Catalog) -> bool:
    if kind == "core.if":
        always = constant_boolean(node.config.get("condition"))
        return always is not None and port == ("false" if always else "true")
    if kind == "core.switch":
        return port in _closed_cases(node)
    if kind == "core.try":
        return port == "error" and node.on_error != "route" and not scopes.children.get(node.id)
    if port == "timeout" and kind in ("core.wait_for_event", "core.approval"):
        node_type = catalog.get(node.type)
        return node.timeout is None and (node_type is None or node_type.deadline is None)
    return False


def _closed_cases(node: Node) -> list[str]:
    """The ports of a switch whose cases are never true, or stand behind one that always is."""
    cases = node.config.get("cases")
    open_ports: dict[str, None] = {}
    named: dict[str, None] = {}
    decided = False
    for case in cases if isinstance(cases, list) else []:
        if not isinstance(case, dict) or not isinstance(case.get("port"), str):
            continue
        named[case["port"]] = None
        always = constant_boolean(case.get("condition"))
        if not decided and always is not False:
            open_ports[case["port"]] = None
        decided = decided or always is True
    closed = [port for port in named if port not in open_ports]
    return [*closed, "default"] if decided and "default" not in open_ports else closed
