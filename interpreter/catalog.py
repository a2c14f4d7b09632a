"""The node types that exist: an immutable map that is passed in, never global."""

from collections.abc import Iterable, Iterator
from types import MappingProxyType

from interpreter.node_type import NodeType


class Catalog:
    """Node types by id."""

    def __init__(self, node_types: Iterable[NodeType]) -> None:
        by_id: dict[str, NodeType] = {}
        for node_type in node_types:
            if node_type.id in by_id:
                raise ValueError(f"two node types are called {node_type.id}")
            by_id[node_type.id] = node_type
        self._by_id = MappingProxyType(dict(sorted(by_id.items())))

    def get(self, type_id: str) -> NodeType | None:
        return self._by_id.get(type_id)

    def __iter__(self) -> Iterator[NodeType]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)
