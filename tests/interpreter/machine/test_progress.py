"""How far a run is; that it never goes back and is complete at the end is asked of every random run (`driving.py`)."""

from typing import Any

from interpreter.machine import progress
from tests.interpreter.machine.by_hand import edges, node
from tests.interpreter.machine.driving import Driver, plan_of

SUCCESS: dict[str, Any] = {"status": "succeeded", "output": None}


def driver(nodes: list[dict[str, Any]], *lines: str, input: Any = None) -> Driver:
    run = Driver(plan_of({"format": 1, "name": "Progress", "nodes": nodes, "edges": edges(*lines)}), input)
    run.begin()
    return run


def test_a_map_counts_its_items_once_it_knows_them() -> None:
    nodes = [node("first"), node("each", "map", items="{{ input.list }}", concurrency=1), node("one", "call", "each"), node("two", "call", "each")]
    run = driver(nodes, "first > each", "one > two", input={"list": [1, 2, 3]})
    assert progress(run.state) == (0, 2)
    run.answer("first", SUCCESS)
    assert progress(run.state) == (1, 8)
    run.answer("one#0", SUCCESS)
    assert progress(run.state) == (2, 8)
    run.answer("two#0", SUCCESS)
    assert progress(run.state) == (3, 8)
    for key in ("one#1", "two#1", "one#2", "two#2"):
        run.answer(key, SUCCESS)
    assert progress(run.state) == (8, 8)


def test_a_skipped_container_is_done_with_what_it_holds() -> None:
    run = driver([node("try", "try"), node("inner", "call", "try"), node("after")], "try > after")
    assert progress(run.state) == (0, 3)
    run.answer("inner", SUCCESS)
    assert progress(run.state) == (2, 3)
