"""What may run in express mode."""

from interpreter.catalog import Catalog
from interpreter.node_type import Kind, NodeConfig, NodeType
from interpreter.validation import check
from tests.interpreter.checks.checking import CATALOG, codes, node, send

READ = NodeType("test.read@1", "Read", "", "Test", Kind.SERVICE, NodeConfig)
EXPRESS = {"settings": {"mode": "express"}}


def express(**more: object) -> list[str]:
    nodes = [{"id": "a", "type": "test.read@1", **more}]
    raw = {"format": 1, "name": "x", "nodes": nodes, "edges": [], **EXPRESS}
    return [str(one.code) for one in check(raw, Catalog((*CATALOG, READ))).findings]


def test_express_mode_refuses_a_node_that_may_run_long() -> None:
    assert express() == []
    assert express(timeout="5s") == []
    assert express(timeout="20s") == ["express_not_possible"]
    assert express(timeout="20s", disabled=True) == []


def test_express_mode_refuses_a_node_that_may_repeat_a_write() -> None:
    assert codes(send("a"), **EXPRESS) == [("express_not_possible", "a")]
    assert codes(send("a")) == []


def test_express_mode_takes_waits_and_containers() -> None:
    wait = node("a", "wait", {"duration": "30d"})
    assert codes(wait, node("b", "map", {"items": [1]}), node("c", "noop", parent="b"), **EXPRESS) == []
