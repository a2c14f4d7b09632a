"""Who lives in which container, and what can be seen from where."""

from collections import Counter

from interpreter.catalog import Catalog
from interpreter.checks.topology import Topology
from interpreter.definition import Definition, Node
from interpreter.finding import Code, Finding

_TRY = "core.try"
_FINALLY = "core.finally"
_GIVES = {"core.map": ("item", "index", "count"), "core.loop": ("carry", "index")}
_AFTER = {"core.map": ("item_output",), "core.loop": ("next", "until")}
"""Config fields that are evaluated in a frame of the container that has just ended."""
_BEFORE = {"core.loop": {"while": ("carry", "index")}}
"""Config fields that see what the round to come will see."""


class Scopes:
    """The containers around each node; a node whose parents go in a circle is in none."""

    def __init__(self, definition: Definition, catalog: Catalog) -> None:
        self.nodes = {node.id: node for node in definition.nodes}
        self._items = {node.id: kind.item_fields for node in definition.nodes if (kind := catalog.get(node.type))}
        self._around = {node.id: self._containers(node) for node in definition.nodes}

    def _containers(self, node: Node) -> tuple[Node, ...]:
        around: list[Node] = []
        parent = node.parent
        while parent is not None and parent in self.nodes and len(around) <= len(self.nodes):
            around.append(self.nodes[parent])
            parent = self.nodes[parent].parent
        return tuple(around) if len(around) <= len(self.nodes) else ()

    def around(self, node_id: str) -> tuple[Node, ...]:
        """The containers around a node, the innermost first."""
        return self._around[node_id]

    def gives(self, where: Node, field: str) -> tuple[str, ...]:
        """Of `item`, `index`, `count` and `carry` those that an expression in this config field sees."""
        kind = stem(where)
        found = [name for one in self.around(where.id) for name in _GIVES.get(stem(one), ())]
        if field in _AFTER.get(kind, ()):
            found += _GIVES[kind]
        found += _BEFORE.get(kind, {}).get(field, ())
        if field in self._items.get(where.id, ()):
            found += ("item", "index", "count")
        return tuple(found)

    def sight(self, name: str, where: Node | None, field: str, topology: Topology) -> str:
        """`seen`, `not_before` or `hidden`: a node as it looks from an expression (None: the run's output)."""
        other = self.nodes[name]
        if where is None:
            return "seen" if other.parent is None else "hidden"
        if other.parent == where.id:
            return "seen" if field in _AFTER.get(stem(where), ()) else "hidden"
        chain = (where, *self.around(where.id))
        place = next((one for one in chain if one.parent == other.parent), None)
        if place is None:
            return "hidden"
        if stem(place) == _FINALLY and place is not other:
            return "seen"
        return "seen" if place is not other and topology.is_before(name, place.id) else "not_before"


def stem(node: Node) -> str:
    """A node's type without its version."""
    return node.type.split("@", 1)[0]


def check_scopes(definition: Definition, catalog: Catalog, scopes: Scopes) -> list[Finding]:
    """Containers that are none, circles of parents, and finallys where they can't be."""
    found: list[Finding] = []
    finallys = Counter(node.parent for node in definition.nodes if stem(node) == _FINALLY)
    wired = {end for edge in definition.edges for end in (edge.source, edge.target)}
    for index, node in enumerate(definition.nodes):
        path = f"/nodes/{index}/parent"
        if node.parent is not None:
            found += _check_parent(node, path, catalog, scopes)
        if stem(node) == _FINALLY:
            found += _check_finally(node, path, scopes, finallys[node.parent], node.id in wired)
    return found


def _check_parent(node: Node, path: str, catalog: Catalog, scopes: Scopes) -> list[Finding]:
    parent = scopes.nodes.get(node.parent or "")
    kind = None if parent is None else catalog.get(parent.type)
    if parent is None or (kind is not None and not kind.container):
        hint = "a node lives in a map, a loop, a try or a finally"
        return [Finding(Code.UNKNOWN_PARENT, f'"{node.parent}" is no container', path, node.id, hint=hint)]
    if not scopes.around(node.id):
        return [Finding(Code.UNKNOWN_PARENT, f'"{node.id}" lives in itself: its containers go in a circle', path, node.id)]
    return []


def _check_finally(node: Node, path: str, scopes: Scopes, siblings: int, wired: bool) -> list[Finding]:
    parent = scopes.nodes.get(node.parent or "")
    if parent is None or stem(parent) != _TRY:
        return [Finding(Code.MISPLACED_FINALLY, f'"{node.id}" stands outside of a try', path, node.id, hint="move it into a try")]
    if siblings > 1:
        return [Finding(Code.MISPLACED_FINALLY, f'"{parent.id}" has {siblings} finallys', path, node.id, hint="put all of it into one")]
    if wired:
        message = f'"{node.id}" has edges, but it runs when all else in its try has ended'
        return [Finding(Code.MISPLACED_FINALLY, message, path, node.id, hint="remove its edges")]
    return []
