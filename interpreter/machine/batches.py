"""Batches of a large map: what they are given, and how a run that is a batch begins."""

from interpreter.json_value import Json, JsonObject
from interpreter.large_value import holds_reference
from interpreter.machine.commands import PauseBatch
from interpreter.machine.frames import fill
from interpreter.machine.journal import instances_of
from interpreter.machine.queueing import wake
from interpreter.machine.state import Instance, State
from interpreter.machine.visible import scope_of
from interpreter.plan import Plan, PlannedNode, Reads
from interpreter.protocol import Batch

_FIRST_PLACE = 10_000_000
_PLACES_PER_ITEM = 500
"""Rows of a batch are listed behind those of the run itself, in the order of the items."""


def batch_of(
    state: State, instance: Instance, number: int, first: int, items: Json, concurrency: int, tolerated: int
) -> Batch:
    """A stretch of the map's items, with everything that its nodes read from outside."""
    return Batch(
        key=instance.key,
        number=number,
        first=first,
        count=instance.memory["count"],
        items=items,
        concurrency=concurrency,
        tolerated=tolerated,
        paused=state.paused,
        outer=scope_of(state, instance.frame, _reads_inside(state.plan, instance.node)),
    )


def pause_batches(state: State, by: str) -> None:
    """Passes a pause, or its end, on to the batches that are under way."""
    for instance in instances_of(state.root):
        for child_id in instance.memory.get("batches", {}):
            state.commands.append(PauseBatch(instance.key, child_id, state.paused, by))


def begin_batch(state: State, batch: Batch) -> None:
    """Makes the map's instance the only one of this execution, and lets it go through its stretch."""
    node_id, _, path = batch.key.partition("#")
    node = state.plan.nodes[state.plan.index_by_id[node_id]]
    state.paused = batch.paused
    root = state.root
    root.path = tuple(int(index) for index in path.split(".")) if path else ()
    root.outer = batch.outer
    for name, value in batch.outer.get("nodes", {}).items():
        if holds_reference(value):
            root.large[f"nodes.{name}"] = None
    for name in ("item", "carry"):
        if name in batch.outer and holds_reference(batch.outer[name]):
            root.large[name] = None
    fill(state, root, [node.index])
    state.queue.clear()
    instance = root.instances[node.index]
    instance.queued = True
    instance.started_ms = state.now_ms
    instance.attempt = 1
    instance.memory = {
        "count": batch.count, "first": batch.first, "source": batch.items, "concurrency": batch.concurrency,
        "tolerated": batch.tolerated, "is_batch": True,
    }  # fmt: skip
    state.places = _FIRST_PLACE + batch.first * _PLACES_PER_ITEM
    wake(state, instance)


def batch_output(state: State) -> Json:
    """What the map's instance found out about its stretch: `{values, failed, errors}`."""
    (instance,) = state.root.instances.values()
    return instance.output


def _reads_inside(plan: Plan, container: PlannedNode) -> Reads:
    """What the nodes of a container read, and its own expressions; names of inner nodes are never found outside."""
    reads: JsonObject = {"nodes": {}, "errors": {}, "roots": {}}
    inside = [container.index]
    for index in inside:
        node = plan.nodes[index]
        inside += node.children
        if node.final is not None:
            inside.append(node.final)
        for kind, names in (("nodes", node.reads.nodes), ("errors", node.reads.errors), ("roots", node.reads.roots)):
            reads[kind].update(dict.fromkeys(names))
    roots = [root for root in reads["roots"] if root not in ("input", "vars", "run", "trigger")]
    return Reads(tuple(sorted(reads["nodes"])), tuple(sorted(reads["errors"])), tuple(sorted(roots)))
