"""The naive second implementation of what a rerun reuses: rules applied again and again until nothing changes.

It reads the definition and the recorded rows as they are; what an expression reads it finds by looking for words.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.interpreter.machine.reference.boxes import CONTAINERS

_NAMED = re.compile(r"(?:nodes|errors)\.([a-z][a-z0-9_]*)")
_NEVER = ("core.fail@1", "core.stop@1", "core.finally@1")
Place = tuple[str, tuple[int, ...]]
"""Node id and path."""


@dataclass
class NaiveReuse:
    """`anew` holds the keys that run again, those with an edited output among them."""

    definition: dict[str, Any]
    rows: dict[str, dict[str, Any]]
    origin: str
    edited: tuple[str, ...] = ()
    anew: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    """Those of them that something outside makes run anew: a container with all that is in it."""

    def __post_init__(self) -> None:
        self.nodes = {node["id"]: node for node in self.definition["nodes"]}
        self.places = {key: _place(key) for key in self.rows}
        given = {inner for key in self.edited if key in self.rows for inner in self._inside(key, finallys=True)}
        """Nothing in a container runs whose output a person gave."""
        self.rows = {key: row for key, row in self.rows.items() if key not in given}
        self._seed()
        while self._spread():
            pass
        for key in [key for key in self.rows if key not in self.anew]:
            # Not even its finally runs, in a container that is taken as a whole.
            self.anew -= set(self._inside(key, finallys=True))
        self.rows.update({key: {} for key in given})
        self.anew |= set(self.edited) & set(self.rows)

    @property
    def reused(self) -> set[str]:
        return set(self.rows) - self.anew | (set(self.edited) & set(self.rows))

    def _seed(self) -> None:
        for key, row in self.rows.items():
            node = self.nodes[self.places[key][0]]
            hard = node["type"] in _NEVER or self.origin in ("start", key, node["id"])
            if hard:
                self.whole.add(key)
            if hard or key in self.edited or self._did_not_succeed(key, row, node):
                self.anew.add(key)

    def _did_not_succeed(self, key: str, row: dict[str, Any], node: dict[str, Any]) -> bool:
        if row["status"] == "cancelled" or (row["status"] == "failed" and row["port"] is None):
            return True
        inner_failure = node["type"] in CONTAINERS and row["error"] is not None
        if self.origin == "failed":
            return row["status"] == "failed" or inner_failure or self._person_skipped(key, row, node)
        if self.origin == "failed-items":
            if inner_failure and node["type"] == "core.map@1":
                return True
            return row["status"] == "failed" and any(self._has_failed(frame) for frame in self._items_around(key))
        return False

    def _person_skipped(self, key: str, row: dict[str, Any], node: dict[str, Any]) -> bool:
        if row["status"] != "skipped":
            return False
        edges = [edge for edge in self.definition["edges"] if edge["target"] == node["id"]]
        path = self.places[key][1]
        taken = sum(
            self.rows.get(_key(edge["source"], path), {"port": None})["port"] == edge.get("source_port", "out")
            for edge in edges
        )
        join = node.get("join", "all")
        return taken >= (0 if not edges else len(edges) if join == "every" else join if isinstance(join, int) else 1)

    def _items_around(self, key: str) -> list[tuple[str, tuple[int, ...]]]:
        """The items of maps that an instance is in."""
        node_id, path = self.places[key]
        found = []
        while (parent := self.nodes[node_id].get("parent")) is not None:
            if self.nodes[parent]["type"] == "core.map@1":
                found.append((parent, path))
            path = path[:-1] if self._is_indexed(parent) else path
            node_id = parent
        return found

    def _has_failed(self, frame: tuple[str, tuple[int, ...]]) -> bool:
        for key, row in self.rows.items():
            final = row["status"] == "cancelled" or (row["status"] == "failed" and row["port"] is None)
            if final and frame in self._items_around(key):
                return True
        return False

    # the rules

    def _spread(self) -> bool:
        before = len(self.anew), len(self.whole)
        for key in self.rows:
            if self._outside(key) or self._around(key):
                self.anew.add(key)
                self.whole.add(key)
            elif any(inner in self.anew for inner in self._inside(key)):
                self.anew.add(key)
        return (len(self.anew), len(self.whole)) != before

    def _outside(self, key: str) -> bool:
        """By edge or by reference."""
        node_id, path = self.places[key]
        for edge in self.definition["edges"]:
            if edge["target"] == node_id and _key(edge["source"], path) in self.anew:
                return True
        text = json.dumps(self.nodes[node_id].get("config", {}))
        return any(seen in self.anew for name in _NAMED.findall(text) for seen in self._seen(node_id, path, name))

    def _seen(self, node_id: str, path: tuple[int, ...], name: str) -> list[str]:
        parent = self.nodes[node_id].get("parent")
        while True:
            if name in self.nodes and self.nodes[name].get("parent") == parent:
                return [_key(name, path)]
            if parent is None:
                return []
            path = path[:-1] if self._is_indexed(parent) else path
            parent = self.nodes[parent].get("parent")

    def _around(self, key: str) -> bool:
        """In a container that runs anew as a whole, or in a later round of a loop."""
        node_id, path = self.places[key]
        parent = self.nodes[node_id].get("parent")
        if parent is None:
            return False
        frame = path[:-1] if self._is_indexed(parent) else path
        container = _key(parent, frame)
        if container in self.whole and container not in self.edited:
            return True
        if self.nodes[parent]["type"] != "core.loop@1":
            return False
        earlier = (inner for inner in self._inside(container) if self._round(inner, parent) < path[-1])
        return any(inner in self.anew for inner in earlier)

    def _round(self, key: str, loop: str) -> int:
        node_id, path = self.places[key]
        while self.nodes[node_id]["parent"] != loop:
            path = path[:-1] if self._is_indexed(self.nodes[node_id]["parent"]) else path
            node_id = self.nodes[node_id]["parent"]
        return path[-1]

    def _inside(self, container: str, finallys: bool = False) -> list[str]:
        """The keys of all recorded instances in a container, without its finally and all that is in that one."""
        node_id, path = _place(container)
        return [key for key in self.rows if self._is_inside(key, node_id, path, finallys)]

    def _is_inside(self, key: str, container: str, around: tuple[int, ...], finallys: bool) -> bool:
        node_id, path = self.places[key]
        while True:
            if self.nodes[node_id]["type"] == "core.finally@1" and not finallys:
                return False
            parent = self.nodes[node_id].get("parent")
            if parent is None:
                return False
            path = path[:-1] if self._is_indexed(parent) else path
            if parent == container:
                return path == around
            node_id = parent

    def _is_indexed(self, node_id: str) -> bool:
        return self.nodes[node_id]["type"] in ("core.map@1", "core.loop@1")


def _key(node_id: str, path: tuple[int, ...]) -> str:
    return f"{node_id}#{'.'.join(map(str, path))}" if path else node_id


def _place(key: str) -> Place:
    node_id, _, path = key.partition("#")
    return node_id, tuple(map(int, path.split("."))) if path else ()
