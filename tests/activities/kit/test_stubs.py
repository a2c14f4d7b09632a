"""Stubs answer in the shape of a node's output and have no way out."""

import pytest
from jsonschema import Draft202012Validator

from activities.discovery import load_node_types
from activities.kit.errors import EgressRefused
from activities.kit.stubs import NothingLeaves, sample_of
from interpreter.node_type import NodeType


@pytest.mark.parametrize("node_type", load_node_types(), ids=lambda node_type: node_type.id)
def test_the_sample_of_every_node_type_fits_its_output_schema(node_type: NodeType) -> None:
    Draft202012Validator(node_type.output_schema).validate(sample_of(node_type.output_schema))


def test_a_sample_takes_what_the_schema_says_and_the_plainest_else() -> None:
    schema = {
        "type": "object",
        "properties": {
            "kind": {"const": "mail"},
            "state": {"enum": ["new", "old"]},
            "size": {"type": "integer", "default": 3},
            "names": {"type": "array", "items": {"type": "string"}},
            "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "unknown": {},
        },
    }
    assert sample_of(schema) == {"kind": "mail", "state": "new", "size": 3, "names": [], "maybe": "", "unknown": None}


def test_a_schema_that_goes_in_circles_ends() -> None:
    schema: dict[str, object] = {"type": "object", "properties": {}}
    schema["properties"] = {"again": schema}
    assert isinstance(sample_of(schema), dict)


def test_nothing_leaves_a_dry_run() -> None:
    with pytest.raises(EgressRefused):
        _ = NothingLeaves().request
