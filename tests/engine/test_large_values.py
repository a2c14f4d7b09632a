"""Values that do not travel: conditions, maps and outputs over megabytes."""

from typing import Any

import pytest

from interpreter.large_value import is_reference
from tests.engine.conftest import Engine
from tests.engine.graphs import call, edge, ended, inside

pytestmark = pytest.mark.engine

_FIVE_MB = {"total": 7, "rows": [{"n": n, "text": "x" * 500} for n in range(10_000)]}


def node(node_id: str, kind: str, config: dict[str, Any]) -> dict[str, Any]:
    return {"id": node_id, "type": f"core.{kind}@1", "config": config}


async def activities_of(engine: Engine, run_id: str) -> list[str]:
    history = await engine.client.get_workflow_handle(run_id).fetch_history()
    return [one.activity_task_scheduled_event_attributes.activity_id for one in history.events if one.HasField("activity_task_scheduled_event_attributes")]


async def test_a_condition_on_five_megabytes_is_decided_by_an_extract(engine: Engine) -> None:
    engine.continue_after = None
    engine.script["big"] = _FIVE_MB
    nodes = [call("big"), node("large", "if", {"condition": "{{ nodes.big.total > 5 }}"}), node("yes", "noop", {})]
    handle = await engine.start({"nodes": nodes, "edges": [edge("big", "large"), edge("large", "yes", "true")]})
    recorded = await engine.ended(handle)
    assert {row["key"]: row["status"] for row in recorded.rows()} == dict.fromkeys(("big", "large", "yes"), "succeeded")
    assert is_reference(recorded.rows()[0]["output"])
    assert not [name for name in await activities_of(engine, handle.id) if name.startswith("large:")]


async def test_a_condition_on_the_rows_of_five_megabytes_is_decided_by_an_activity(engine: Engine) -> None:
    engine.script["big"] = _FIVE_MB
    nodes = [call("big"), node("large", "if", {"condition": "{{ nodes.big.rows[n = 9999].n = 9999 }}"}), node("yes", "noop", {})]
    recorded = await engine.run({"nodes": nodes, "edges": [edge("big", "large"), edge("large", "yes", "true")]})
    assert recorded.rows()[-1]["status"] == "succeeded"


async def test_a_map_over_megabytes_gives_each_item_to_its_node(engine: Engine) -> None:
    engine.script["big"] = _FIVE_MB

    async def answer(told: Any) -> Any:
        return told.scope["item"]["n"]

    engine.script["one"] = answer
    everything = node("all", "map", {"items": "{{ nodes.big.rows[n < 420] }}", "concurrency": 100, "item_output": "{{ nodes.one }}"})
    nodes = [call("big"), everything, *inside("all", call("one", "{{ item.n }}"))]
    recorded = await engine.run({"nodes": nodes, "edges": [edge("big", "all")], "output": {"values": "{{ nodes.all }}"}})
    assert ended(recorded) == ("succeeded", {"values": list(range(420))})


async def test_a_large_value_is_passed_on_by_set_and_into_the_output_of_the_run(engine: Engine) -> None:
    engine.script["big"] = _FIVE_MB
    nodes = [call("big"), node("more", "set", {"values": {"rows": "{{ nodes.big.rows }}"}}), call("last", "{{ nodes.more.rows[7].n }}")]
    recorded = await engine.run({"nodes": nodes, "edges": [edge("big", "more"), edge("more", "last")], "output": {"all": "{{ nodes.more }}"}})
    assert recorded.end is not None and is_reference(recorded.end.output)
    [row] = [row for row in recorded.rows() if row["key"] == "last"]
    assert row["input"] == {"url": 7}
