"""Ten thousand nodes with ten thousand different expressions are compiled within two seconds."""

import time
from typing import Any

import pytest

from interpreter.definition import Definition
from interpreter.plan import Plan, compile_plan
from tests.interpreter.checks.checking import CATALOG, reads
from tests.pace import SLOWED

NODES = 10_000


def compiled(text: str, count: int) -> Plan:
    nodes = [reads("n0", "input.x"), *(reads(f"n{i}", text.format(i=i, before=f"nodes.n{i - 1}")) for i in range(1, count))]
    edges = [{"source": f"n{i - 1}", "target": f"n{i}"} for i in range(1, count)]
    raw: dict[str, Any] = {"format": 1, "name": "x", "nodes": nodes, "edges": edges}
    return compile_plan(Definition.model_validate(raw), CATALOG)


@pytest.mark.parametrize("text", ["{before}.v + {i}", "{before}.v & 'x{i}'", "{before}.v >= {i} and input.y", "{before}.v ?? {i}"])
def test_ten_thousand_different_expressions_are_compiled_quickly(text: str) -> None:
    began = time.process_time()
    plan = compiled(text, NODES)
    took = time.process_time() - began
    assert len(plan.nodes) == NODES
    assert took < SLOWED


@pytest.mark.parametrize("text", ["{before}.v + {i}", "$string({before}.v)", "{before}.list[id = input.y].n ?? errors.n0.name"])
def test_a_plan_knows_what_each_node_reads_whatever_its_expressions_look_like(text: str) -> None:
    node = compiled(text, 3).nodes[2]
    assert node.reads.nodes == ("n1",)
