"""How much a run will leave in Temporal's history, where the definition alone tells."""

import json

from interpreter.catalog import Catalog
from interpreter.checks.scopes import Scopes, stem
from interpreter.definition import Definition, Node
from interpreter.finding import Code, Finding
from interpreter.node_type import Kind

EVENTS_PER_NODE = 6
"""Scheduled, started and completed, and the same of the workflow task behind it."""
MANY_EVENTS = 250_000
"""Of a whole run. Runs continue as new, so it is no limit; but such a run takes hours and much storage."""
LARGE_CONFIG = 256 * 1024
"""Bytes; the config travels with every call of its node."""


def check_size(definition: Definition, catalog: Catalog, scopes: Scopes) -> list[Finding]:
    """Warnings for a run of very many events, and for configs that are data."""
    found: list[Finding] = []
    events = 0
    largest: tuple[int, int] | None = None
    times: dict[str, int] = {}
    for index, node in enumerate(definition.nodes):
        node_type = catalog.get(node.type)
        if node_type is None or node.disabled or node_type.kind is not Kind.SERVICE:
            continue
        if _is_large(node):
            message = f'the config of "{node.label}" is large, and travels with every call of it'
            hint = "let a node before it fetch the data: large outputs travel as references"
            found.append(Finding(Code.HISTORY_SIZE, message, f"/nodes/{index}/config", node.id, "warning", hint))
        mine = EVENTS_PER_NODE * _times(node, scopes, times)
        events += mine
        if largest is None or mine > largest[0]:
            largest = (mine, index)
    if events > MANY_EVENTS and largest is not None:
        node = definition.nodes[largest[1]]
        message = f'a run may take about {events:,} events in Temporal\'s history, most of them by "{node.label}": hours, and much storage'
        hint = "let one call do more at a time, or lower max_iterations"
        found.append(Finding(Code.HISTORY_SIZE, message, f"/nodes/{largest[1]}", node.id, "warning", hint))
    return found


def _times(node: Node, scopes: Scopes, known: dict[str, int]) -> int:
    """How often a node may run, by what the containers around it say with constants."""
    if node.parent is None:
        return 1
    if node.parent not in known:
        product = 1
        for container in scopes.around(node.id):
            product *= _rounds(container)
        known[node.parent] = product
    return known[node.parent]


def _rounds(container: Node) -> int:
    if container.disabled:
        return 0
    if stem(container) == "core.map":
        items = container.config.get("items")
        return len(items) if isinstance(items, list) else 1
    if stem(container) == "core.loop":
        # Only who sets it expects so many rounds; the default says nothing.
        most = container.config.get("max_iterations", 1)
        return most if isinstance(most, int) and most > 0 else 1
    return 1


def _is_large(node: Node) -> bool:
    # Most configs are a few short values: writing them all as JSON would cost more than all other checks.
    if len(node.config) < 20 and all(isinstance(one, str | int | float | None) and len(str(one)) < 4096 for one in node.config.values()):
        return False
    return len(json.dumps(node.config, ensure_ascii=False)) > LARGE_CONFIG
