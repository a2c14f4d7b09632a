"""Keys in the settings can be rendered when a run begins."""

import pytest

from interpreter.checks.settings import check_settings
from interpreter.definition import Definition


def findings(**settings: object) -> list[tuple[str, str]]:
    nodes = [{"id": "one", "type": "core.noop@1"}]
    told = {"format": 1, "name": "keyed", "nodes": nodes, "settings": settings}
    return [(one.code, one.path) for one in check_settings(Definition.model_validate(told))]


@pytest.mark.parametrize("text", ["fixed", "{{ input.customer }}", "{{ trigger.name }}-{{ input.n }}"])
def test_a_key_of_input_and_trigger_has_no_finding(text: str) -> None:
    assert findings(business_key=text, concurrency={"limit": 1, "key": text}) == []


def test_a_key_that_reads_a_node_names_its_place() -> None:
    told = findings(business_key="{{ nodes.one }}", concurrency={"limit": 1, "key": "{{ run.id }}"})
    assert told == [
        ("unknown_reference", "/settings/concurrency/key"),
        ("unknown_reference", "/settings/business_key"),
    ]


def test_a_key_that_cannot_be_read_names_its_place() -> None:
    assert findings(business_key="{{ input. }}") == [("invalid_expression", "/settings/business_key")]
