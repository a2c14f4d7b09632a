"""Stubs for dry runs: they render and check a node's config, call nobody, and answer in the shape of its output."""

from typing import Any

from activities.kit.context import NodeContext
from activities.kit.errors import EgressRefused
from activities.kit.node import Implementation
from interpreter.json_value import Json, JsonObject
from interpreter.node_type import NodeConfig, NodeType

_DEEPEST = 8
_SIMPLE: dict[str, Json] = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": [], "null": None}


class NothingLeaves:
    """Stands where a worker has its egress and its credentials; a dry run that reaches for them has found a defect."""

    def __getattr__(self, name: str) -> Any:
        raise EgressRefused("a dry run calls nobody and opens no credential")


def stub_of(node_type: NodeType) -> Implementation:
    """What a dry run has for a node type."""
    answer = sample_of(node_type.output_schema)

    async def stub(_: NodeConfig, __: NodeContext) -> Json:
        return answer

    return Implementation(node_type.id, stub)


def sample_of(schema: JsonObject, level: int = 0) -> Json:
    """A value of the schema: its example or default where it says one, else the plainest that fits; null if it says nothing."""
    if level > _DEEPEST:
        return None
    for told in ("const", "default"):
        if told in schema:
            return schema[told]
    for told in ("examples", "enum"):
        if schema.get(told):
            return schema[told][0]
    for told in ("anyOf", "oneOf", "allOf"):
        if schema.get(told):
            return sample_of(schema[told][0], level + 1)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    if kind == "object" or "properties" in schema:
        return {name: sample_of(one, level + 1) for name, one in schema.get("properties", {}).items()}
    return _SIMPLE.get(str(kind))
