"""Who lives in which container, and what can be seen from where."""

from collections import Counter, defaultdict
from functools import lru_cache

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


_POINTLESS_EMPTY = {"core.map": ("item_output",), "core.loop": ("next",), _TRY: (), _FINALLY: ()}
"""Containers, and the fields that give one without nodes a sense."""

MAX_LEVELS = 100
"""Containers in containers."""


class Scopes:
    """The containers around each node; a node whose parents go in a circle is in none."""

    def __init__(self, definition: Definition, catalog: Catalog) -> None:
        self.nodes = {node.id: node for node in definition.nodes}
        self.children: dict[str, list[Node]] = defaultdict(list)
        for node in definition.nodes:
            if node.parent is not None:
                self.children[node.parent].append(node)
        self.circular = self._in_circles()
        self._items = {node.id: kind.item_fields for node in definition.nodes if (kind := catalog.get(node.type))}
        # All nodes of one container share the containers around them.
        self._around = {parent: self._containers(parent) for parent in self.children}
        self._given = {
            parent: tuple(name for one in around for name in _GIVES.get(stem(one), ())) for parent, around in self._around.items()
        }

    def _in_circles(self) -> frozenset[str]:
        """The nodes from which the way up through the parents never ends."""
        ends: dict[str, bool] = {}
        for node_id in self.nodes:
            way: dict[str, None] = {}
            place: str | None = node_id
            while place is not None and place in self.nodes and place not in ends and place not in way:
                way[place] = None
                place = self.nodes[place].parent
            end = ends.get(place, True) if place is not None and place not in way else place is None
            ends.update(dict.fromkeys(way, end))
        return frozenset(node_id for node_id, end in ends.items() if not end)

    def _containers(self, parent: str) -> tuple[Node, ...]:
        around: list[Node] = []
        place: str | None = parent
        while place is not None and place in self.nodes and place not in self.circular and len(around) <= MAX_LEVELS:
            around.append(self.nodes[place])
            place = self.nodes[place].parent
        return tuple(around)

    def around(self, node_id: str) -> tuple[Node, ...]:
        """The containers around a node, the innermost first; of very many only the innermost."""
        parent = self.nodes[node_id].parent
        return () if parent is None else self._around[parent]

    def gives(self, where: Node, field: str) -> tuple[str, ...]:
        """Of `item`, `index`, `count` and `carry` those that an expression in this config field sees."""
        kind = stem(where)
        found = () if where.parent is None else self._given[where.parent]
        if field in _AFTER.get(kind, ()):
            found += _GIVES[kind]
        found += _BEFORE.get(kind, {}).get(field, ())
        if field in self._items.get(where.id, ()):
            found += ("item", "index", "count")
        return found

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
    return _stem(node.type)


@lru_cache(maxsize=1024)
def _stem(type_id: str) -> str:
    return type_id.split("@", 1)[0]


def check_scopes(definition: Definition, catalog: Catalog, scopes: Scopes) -> list[Finding]:
    """Containers that are none, circles of parents, and finallys where they can't be."""
    found: list[Finding] = []
    finallys = Counter(node.parent for node in definition.nodes if stem(node) == _FINALLY)
    wired = {end for edge in definition.edges for end in (edge.source, edge.target)} if finallys else set()
    for index, node in enumerate(definition.nodes):
        path = f"/nodes/{index}/parent"
        if node.parent is not None:
            found += _check_parent(node, path, catalog, scopes)
        if stem(node) == _FINALLY:
            found += _check_finally(node, path, scopes, finallys[node.parent], node.id in wired)
        if stem(node) in _POINTLESS_EMPTY and not node.disabled:
            found += _check_empty(node, f"/nodes/{index}", scopes)
    return found


def _check_parent(node: Node, path: str, catalog: Catalog, scopes: Scopes) -> list[Finding]:
    parent = scopes.nodes.get(node.parent or "")
    kind = None if parent is None else catalog.get(parent.type)
    if parent is None or (kind is not None and not kind.container):
        hint = "a node lives in a map, a loop, a try or a finally"
        return [Finding(Code.UNKNOWN_PARENT, f'"{node.parent}" is no container', path, node.id, hint=hint)]
    if node.id in scopes.circular:
        hint = "move one of them out"
        return [Finding(Code.UNKNOWN_PARENT, f'the containers around "{node.id}" go in a circle', path, node.id, hint=hint)]
    if len(scopes.around(node.id)) > MAX_LEVELS:
        hint = "let a workflow of its own do the inner part"
        return [Finding(Code.NESTED_TOO_DEEP, f"it lies in more than {MAX_LEVELS} containers", path, node.id, hint=hint)]
    return []


def _check_empty(node: Node, path: str, scopes: Scopes) -> list[Finding]:
    """A map or a loop without nodes can make something by its own fields; else an empty container does nothing."""
    inside = [child for child in scopes.children.get(node.id, ()) if stem(child) != _FINALLY]
    if inside or any(field in node.config for field in _POINTLESS_EMPTY[stem(node)]):
        return []
    message = f'there is no node in "{node.id}"'
    return [Finding(Code.EMPTY_CONTAINER, message, path, node.id, "warning", "move nodes into it, or remove it")]


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
