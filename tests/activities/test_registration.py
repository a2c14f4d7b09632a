"""Every node type has one function, and every function is one activity of its name."""

from pathlib import Path

from activities.discovery import load_node_types
from activities.kit.settings import KitSettings
from activities.registration import Services, load_activities
from interpreter.protocol import EVALUATE_ACTIVITY, LOAD_PLAN_ACTIVITY


async def test_a_worker_registers_all_node_types_and_what_the_run_workflow_needs(tmp_path: Path) -> None:
    async with Services.open(KitSettings(home=tmp_path)) as services:
        names = [function.__temporal_activity_definition.name for function in load_activities(services)]  # type: ignore[attr-defined]
    assert sorted(names) == sorted([*(one.id for one in load_node_types()), EVALUATE_ACTIVITY, LOAD_PLAN_ACTIVITY])


def test_node_types_are_sorted_and_make_a_schema() -> None:
    types = load_node_types()
    assert [one.id for one in types] == sorted(one.id for one in types)
    assert all(one.config_schema()["type"] == "object" for one in types)
