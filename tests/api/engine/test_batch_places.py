"""Which Temporal workflows may hold an instance, by its key."""

from typing import Any

import pytest

from activities.discovery import load_node_types
from api.engine.batch_places import batches_around
from interpreter.catalog import Catalog
from interpreter.definition import Definition
from interpreter.machine.constructs import control_node_types
from interpreter.plan import Plan, compile_plan


def node(node_id: str, kind: str, parent: str | None = None, **config: Any) -> dict[str, Any]:
    return {"id": node_id, "type": f"core.{kind}@1", "config": config, **({"parent": parent} if parent else {})}


@pytest.fixture(scope="module")
def plan() -> Plan:
    nodes = [
        node("outer", "map", items="{{ [1..500] }}"),
        node("again", "loop", "outer", **{"while": "{{ false }}"}),
        node("tries", "try", "again"),
        node("inner", "map", "tries", items="{{ [1..500] }}"),
        node("deep", "noop", "inner"),
        node("top", "noop"),
    ]
    definition = Definition.model_validate({"format": 1, "name": "test", "nodes": nodes})
    return compile_plan(definition, Catalog((*control_node_types(), *load_node_types())))


@pytest.mark.parametrize(
    ("key", "batches"),
    [
        ("top", []),
        ("outer", []),
        ("again#399", ["r:outer:1"]),
        ("inner#400.7", ["r:outer:2"]),
        ("deep#400.7.201", ["r:inner#400.7:1", "r:outer:2"]),
        ("nobody#1", []),
        ("deep#x.1.2", []),
        ("deep", []),
        ("deep#1", ["r:inner:0"]),
    ],
)
def test_an_instance_may_live_in_a_batch_of_each_map_around_it(plan: Plan, key: str, batches: list[str]) -> None:
    assert list(batches_around(plan, "r", key)) == batches
