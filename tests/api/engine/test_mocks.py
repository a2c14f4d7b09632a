"""Mocks are held against the plan before a run starts."""

from typing import Any

import pytest

from activities.discovery import load_node_types
from api.engine.mocks import MOST_BYTES, output_mocks, wrong_mock
from interpreter.catalog import Catalog
from interpreter.definition import Definition
from interpreter.machine.constructs import control_node_types
from interpreter.plan import Plan, compile_plan


def call(node_id: str, **more: Any) -> dict[str, Any]:
    return {"id": node_id, "type": "core.http_request@1", "config": {"url": "https://x.example"}, **more}


@pytest.fixture(scope="module")
def plan() -> Plan:
    nodes = [
        call("fetch"),
        {"id": "each", "type": "core.map@1", "config": {"items": "{{ [1] }}"}},
        {"id": "careful", "type": "core.try@1", "parent": "each"},
        call("inner", parent="careful"),
        {"id": "again", "type": "core.loop@1", "config": {"until": "{{ true }}"}, "parent": "each"},
        call("deep", parent="again"),
        {"id": "set", "type": "core.set@1"},
    ]
    definition = Definition.model_validate({"name": "test", "nodes": nodes})
    return compile_plan(definition, Catalog((*control_node_types(), *load_node_types())))


@pytest.mark.parametrize(
    "mocks",
    [
        {},
        {"fetch": {"output": None}},
        {"fetch": {"output": {"body": [1, 2]}}},
        {"fetch": {"error": {"name": "Timeout", "message": ""}}},
        {"fetch": {"error": {"name": "Timeout", "message": "late", "retryable": True}}},
        {"fetch": {"sequence": [{"error": {"name": "A", "message": "b"}}, {"output": 1}]}},
        {"fetch": {"expression": "{{ config.url }}"}},
        {"inner": {"output": 1}, "inner#3": {"output": 2}, "deep#3.1": {"output": 3}},
    ],
)
def test_a_mock_of_each_kind_is_accepted(plan: Plan, mocks: dict[str, Any]) -> None:
    assert wrong_mock(plan, mocks) is None


@pytest.mark.parametrize(
    ("mocks", "path"),
    [
        ({"nobody": {"output": 1}}, "/nobody"),
        ({"Fetch!": {"output": 1}}, "/Fetch!"),
        ({"set": {"output": 1}}, "/set"),
        ({"each": {"output": []}}, "/each"),
        ({"fetch#1": {"output": 1}}, "/fetch#1"),
        ({"inner#1.2": {"output": 1}}, "/inner#1.2"),
        ({"deep#1": {"output": 1}}, "/deep#1"),
        ({"fetch": {}}, "/fetch"),
        ({"fetch": 1}, "/fetch"),
        ({"fetch": {"output": 1, "error": {"name": "A", "message": "b"}}}, "/fetch"),
        ({"fetch": {"outputs": 1}}, "/fetch"),
        ({"fetch": {"error": "Timeout"}}, "/fetch/error"),
        ({"fetch": {"error": {"message": "A"}}}, "/fetch/error"),
        ({"fetch": {"error": {"name": "", "message": "b"}}}, "/fetch/error/name"),
        ({"fetch": {"error": {"name": "A", "message": 1}}}, "/fetch/error/message"),
        ({"fetch": {"error": {"name": "A", "message": "b", "retryable": 1}}}, "/fetch/error/retryable"),
        ({"fetch": {"sequence": []}}, "/fetch/sequence"),
        ({"fetch": {"sequence": [{"output": 1}, {"sequence": []}]}}, "/fetch/sequence/1"),
        ({"fetch": {"sequence": [{"error": 1}]}}, "/fetch/sequence/0/error"),
        ({"fetch": {"expression": 1}}, "/fetch/expression"),
        ({"fetch": {"expression": "{{ 1 + }}"}}, "/fetch/expression"),
        ({"fetch": {"sequence": [{"expression": "{{ nobody }}"}]}}, "/fetch/sequence/0/expression"),
        ({"fetch": {"output": "x" * MOST_BYTES}}, ""),
    ],
)
def test_a_wrong_mock_is_refused_with_its_place(plan: Plan, mocks: dict[str, Any], path: str) -> None:
    found = wrong_mock(plan, mocks)
    assert found is not None and found.path == path, found


def test_outputs_of_nodes_that_have_gone_are_left_out(plan: Plan) -> None:
    assert output_mocks(plan, {"fetch": 1, "gone": 2, "set": 3}) == {"fetch": {"output": 1}}
