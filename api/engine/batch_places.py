"""Where in Temporal an instance lives: in its run, or in a batch of a large map around it."""

from collections.abc import Iterator

from interpreter.plan import Plan, PlannedNode
from interpreter.protocol import BATCH_ITEMS

_MAP = "core.map@"
_INDEXED = (_MAP, "core.loop@")


def batches_around(plan: Plan, run_id: str, key: str) -> Iterator[str]:
    """The ids of the Temporal workflows that may hold an instance besides its run, from the innermost.

    Only maps of more than `BATCH_ITEMS` items have any: whether one exists is Temporal's to say.
    """
    node_id, _, path = key.partition("#")
    indices = path.split(".") if path else []
    index = plan.index_by_id.get(node_id)
    if index is None or not all(one.isdecimal() and one.isascii() for one in indices):
        return
    for container in _containers(plan, plan.nodes[index]):
        if not container.type.startswith(_INDEXED) or not indices:
            continue
        item = int(indices.pop())
        if container.type.startswith(_MAP):
            map_key = "#".join((container.id, ".".join(indices))) if indices else container.id
            yield f"{run_id}:{map_key}:{item // BATCH_ITEMS}"


def _containers(plan: Plan, node: PlannedNode) -> Iterator[PlannedNode]:
    """The containers around a node, from the innermost."""
    while node.parent is not None:
        node = plan.nodes[node.parent]
        yield node
