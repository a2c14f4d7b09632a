"""The topology of a definition: who comes before whom, and where it goes in circles."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Graph:
    """Nodes as indices, edges as pairs of indices; parallel edges are allowed."""

    size: int
    successors: tuple[tuple[int, ...], ...]
    predecessors: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, size: int, edges: Sequence[tuple[int, int]]) -> "Graph":
        successors: list[list[int]] = [[] for _ in range(size)]
        predecessors: list[list[int]] = [[] for _ in range(size)]
        for source, target in edges:
            successors[source].append(target)
            predecessors[target].append(source)
        return cls(size, tuple(map(tuple, successors)), tuple(map(tuple, predecessors)))

    def order(self) -> list[int]:
        """A topological order (Kahn); nodes on or behind a cycle are missing from it."""
        waiting = [len(sources) for sources in self.predecessors]
        ready = [node for node in range(self.size) if waiting[node] == 0]
        for node in ready:
            for target in self.successors[node]:
                waiting[target] -= 1
                if waiting[target] == 0:
                    ready.append(target)
        return ready

    def a_cycle(self, ordered: Sequence[int]) -> list[int]:
        """One cycle from its first node on, given `order()`'s answer; empty when there is none."""
        left = set(range(self.size)).difference(ordered)
        if not left:
            return []
        # Every node that is left has a predecessor that is left: walking back must meet itself.
        path: list[int] = []
        places: dict[int, int] = {}
        node = min(left)
        while node not in places:
            places[node] = len(path)
            path.append(node)
            node = next(source for source in self.predecessors[node] if source in left)
        cycle = path[places[node] :][::-1]
        first = cycle.index(min(cycle))
        return cycle[first:] + cycle[:first]

    def ancestors(self, ordered: Sequence[int]) -> list[int]:
        """Per node the set of nodes before it, as a bit set in an integer."""
        before = [0] * self.size
        for node in ordered:
            mine = 0
            for source in self.predecessors[node]:
                mine |= before[source] | (1 << source)
            before[node] = mine
        return before
