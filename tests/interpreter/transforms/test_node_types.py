"""The data nodes as the rest of the product sees them: types, findings, cheapness, budgets."""

import json
import time
from typing import Any

import pytest

from interpreter.catalog import Catalog
from interpreter.checks.nodes import check_config
from interpreter.expressions import ExpressionBudget, Meter, activity_meter, workflow_meter
from interpreter.node_type import Kind
from interpreter.transforms import apply_transform, is_cheap, transform_node_types
from tests.interpreter.transforms.applying import AT_MS, apply
from tests.pace import SLOWED

TYPES = Catalog(transform_node_types())
ITEM = "{{ item }}"
GOOD: list[tuple[str, dict[str, Any]]] = [
    ("filter", {"items": "{{ input }}", "condition": "{{ item.n > 1 }}"}),
    ("sort", {"items": "{{ input }}", "by": [{"value": "{{ item.n }}", "order": "desc"}]}),
    ("aggregate", {"items": "{{ input }}", "group_by": [{"name": "n", "value": "{{ item.n }}"}], "fields": [{"name": "c", "function": "count"}]}),
    ("split", {"items": "{{ input }}", "size": 2}),
    ("split", {"items": "{{ input }}", "each": "{{ [item] }}", "keep": {"n": "{{ item.n }}"}}),
    ("remove_duplicates", {"items": "{{ input }}", "by": "{{ item.n }}"}),
    ("limit", {"items": "{{ input }}", "count": 3, "from": "end", "skip": 1}),
    ("compare", {"left": "{{ input }}", "right": [], "by": "{{ item.n }}"}),
]  # fmt: skip


def findings(name: str, config: dict[str, Any]) -> list[str]:
    node_type = TYPES.get(f"core.{name}@1")
    assert node_type is not None
    return [finding.path for finding in check_config(config, node_type, "", "n")]


def test_every_data_node_of_the_issue_is_there() -> None:
    names = {"filter", "sort", "aggregate", "split", "remove_duplicates", "limit", "date_time", "compare"}
    assert {one.id for one in TYPES} == {f"core.{name}@1" for name in names}
    assert all(one.kind is Kind.CONTROL and one.category == "Data" and one.title and one.description for one in TYPES)


def test_every_config_field_is_described_and_item_fields_exist() -> None:
    for one in TYPES:
        properties = one.config_schema()["properties"]
        assert all(field.get("description") for field in properties.values()), one.id
        assert {*one.item_fields} <= {*properties}


@pytest.mark.parametrize(("name", "config"), GOOD)
def test_a_good_config_has_no_findings_and_is_cheap(name: str, config: dict[str, Any]) -> None:
    assert findings(name, config) == [] and is_cheap(f"core.{name}@1", config)


@pytest.mark.parametrize(
    ("name", "config", "path"),
    [
        ("filter", {"items": "{{ input }}"}, "/condition"),
        ("filter", {"items": "text", "condition": "{{ true }}"}, "/items"),
        ("filter", {"items": [], "condition": "item.total > 1"}, "/condition"),
        ("filter", {"items": [], "condition": "{{ true }}", "mode": "all"}, "/mode"),
        ("sort", {"items": [], "by": []}, "/by"),
        ("sort", {"items": [], "by": [{"value": "total"}]}, "/by/0/value"),
        ("sort", {"items": [], "by": [{"value": ITEM, "order": "up"}]}, "/by/0/order"),
        ("aggregate", {"items": [], "fields": []}, "/fields"),
        ("aggregate", {"items": [], "fields": [{"name": "a", "function": "median", "value": ITEM}]}, "/fields/0/function"),
        ("aggregate", {"items": [], "fields": [{"name": "a", "function": "count"}, {"name": "a", "function": "count"}]}, ""),
        ("split", {"items": []}, ""),
        ("split", {"items": [], "size": 1, "text": "a"}, ""),
        ("split", {"text": "a"}, ""),
        ("split", {"items": [], "size": 1, "keep": {}}, ""),
        ("split", {"items": [], "size": 0}, "/size"),
        ("limit", {"items": [], "count": -1}, "/count"),
        ("limit", {"items": [], "count": 1, "from_": "end"}, "/from_"),
        ("compare", {"left": []}, "/right"),
        ("date_time", {"operation": "guess"}, "/operation"),
        ("date_time", {"operation": "add", "value": 0}, ""),
        ("date_time", {"operation": "format", "value": 0}, ""),
    ],
)
def test_a_bad_config_is_a_finding_at_its_field(name: str, config: dict[str, Any], path: str) -> None:
    assert path in findings(name, config)


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("filter", {"items": [], "condition": "{{ $count($filter(item.a, function($x) { $x > 1 })) > 0 }}"}),
        ("filter", {"items": "{{ $map(input, function($x) { $x }) }}", "condition": "{{ true }}"}),
        ("remove_duplicates", {"items": [], "by": "{{ $replace(item, /a/, 'b') }}"}),
        ("date_time", {"operation": "now", "time_zone": "Europe/Berlin"}),
        ("date_time", {"operation": "now", "time_zone": "{{ vars.zone }}"}),
    ],
)
def test_lambdas_patterns_and_the_zone_rules_of_a_machine_are_not_for_the_workflow(name: str, config: dict[str, Any]) -> None:
    assert not is_cheap(f"core.{name}@1", config)


@pytest.mark.parametrize("zone", [None, "UTC", "Z", "+05:30", "-03:00"])
def test_a_zone_without_rules_is_for_the_workflow(zone: str | None) -> None:
    assert is_cheap("core.date_time@1", {"operation": "now", "time_zone": zone})


@pytest.mark.parametrize(("name", "config"), GOOD)
def test_a_long_list_is_more_than_the_workflow_may_do_but_not_than_an_activity_may(name: str, config: dict[str, Any]) -> None:
    items = [{"n": n, "text": "x" * 20} for n in range(3_000)]
    with pytest.raises(ExpressionBudget):
        apply(name, config, workflow_meter(AT_MS, "s"), input=items)
    apply(name, config, input=items)


@pytest.mark.parametrize(("name", "config"), GOOD)
def test_a_short_list_is_decided_in_the_workflow(name: str, config: dict[str, Any]) -> None:
    items = [{"n": n % 7, "text": "x" * 20} for n in range(60)]
    apply(name, config, workflow_meter(AT_MS, "s"), input=items)


@pytest.mark.parametrize(("name", "config"), GOOD)
def test_the_same_values_cost_the_same_and_give_the_same(name: str, config: dict[str, Any]) -> None:
    items = [{"n": n % 5, "text": "y"} for n in range(40)]
    meters = [activity_meter(AT_MS, "s"), activity_meter(AT_MS, "s")]
    outputs = [json.dumps(apply(name, config, meter, input=items)) for meter in meters]
    assert outputs[0] == outputs[1]
    assert (meters[0].spent, meters[0].built) == (meters[1].spent, meters[1].built)
    assert meters[0].spent >= len(items)


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("split", {"items": [{"l": list(range(500))}], "each": "{{ item.l }}", "keep": {"big": "{{ input.big }}"}}),
        ("aggregate", {"items": "{{ input.many }}", "fields": [{"name": f"f{n}", "function": "list"} for n in range(100)]}),
        ("aggregate", {"items": "{{ input.many }}", "fields": [{"name": "f", "function": "list", "value": "{{ input.big }}"}]}),
        ("split", {"text": "{{ input.big }}", "separator": "x"}),
        ("remove_duplicates", {"items": "{{ input.many }}", "by": "{{ input.big }}"}),
    ],
)
def test_an_output_that_grows_beyond_its_inputs_is_stopped_before_it_is_built(name: str, config: dict[str, Any]) -> None:
    roots = {"input": {"big": "x" * 20_000, "many": [{"n": n, "t": "y" * 30} for n in range(100)]}}
    with pytest.raises(ExpressionBudget):
        apply_transform(f"core.{name}@1", config, roots, workflow_meter(AT_MS, "s"))


@pytest.mark.parametrize(("name", "config"), GOOD)
def test_no_output_is_larger_than_what_was_charged_for(name: str, config: dict[str, Any]) -> None:
    items = [{"n": n % 5, "text": "z" * (n % 40)} for n in range(300)]
    meter = activity_meter(AT_MS, "s")
    output = apply(name, config, meter, input=items)
    assert len(json.dumps(output, separators=(",", ":"))) <= 4 * meter.built


@pytest.mark.parametrize(("name", "config"), GOOD)
def test_a_budget_of_the_workflow_is_spent_within_a_moment(name: str, config: dict[str, Any]) -> None:
    items = [{"n": n, "text": "x" * 5} for n in range(1_000)]
    meter = Meter(5_000, 10**9, 256, AT_MS, "s")
    begun = time.process_time()
    with pytest.raises(ExpressionBudget):
        for _ in range(100):
            apply_transform(f"core.{name}@1", config, {"input": items}, meter)
    assert time.process_time() - begun < 0.3 * SLOWED
