"""Where an instance stands: the containers around it, and the execution in which it runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from interpreter.plan import Plan, PlannedNode
from interpreter.protocol import BATCH_ITEMS
from interpreter.reuse.recorded import key_of, place_in

MAP = "core.map@"
INDEXED = (MAP, "core.loop@")


@dataclass(frozen=True, slots=True)
class Around:
    """A container around an instance, and in which of its frames that is."""

    container: PlannedNode
    key: str
    number: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """The items of a large map that one execution goes through."""

    key: str
    first: int
    count: int


def containers_around(plan: Plan, key: str) -> Iterator[Around]:
    """The containers around an instance, from the innermost; none for a node that the plan has not got."""
    node_id, path = place_in(key)
    index = plan.index_by_id.get(node_id)
    parent = None if index is None else plan.nodes[index].parent
    while parent is not None:
        container = plan.nodes[parent]
        number = 0
        if container.type.startswith(INDEXED):
            if not path:
                return  # it lived elsewhere in the definition before
            number, path = path[-1], path[:-1]
        yield Around(container, key_of(container.id, path), number)
        parent = container.parent


def runs_in(plan: Plan, key: str, stretch: Stretch | None, counts: Mapping[str, int]) -> bool:
    """Whether an instance lives in this execution: in that of the run itself (None), or in a batch of a large map.

    `counts` are the recorded numbers of items by map; a map without one is taken for a small one.
    """
    for around in containers_around(plan, key):
        if stretch is not None and around.key == stretch.key:
            return stretch.first <= around.number < stretch.first + stretch.count
        if around.container.type.startswith(MAP) and counts.get(around.key, 0) > BATCH_ITEMS:
            return False
    return stretch is None
