"""The control constructs: node types that the machine decides by itself, one file each."""

from interpreter.machine.constructs import choose, fail, merge, noop, set_values, stop
from interpreter.machine.constructs.decision import Construct
from interpreter.node_type import NodeType

_CONSTRUCTS: dict[str, Construct] = {
    construct.node_type.id: construct
    for construct in (choose.IF, choose.SWITCH, set_values.SET, merge.MERGE, noop.NOOP, fail.FAIL, stop.STOP)
}


def control_node_types() -> tuple[NodeType, ...]:
    """The node types of all control constructs."""
    return tuple(construct.node_type for construct in _CONSTRUCTS.values())


def construct_of(type_id: str) -> Construct:
    """The construct behind a control node type; `KeyError` for another id."""
    return _CONSTRUCTS[type_id]


__all__ = ["construct_of", "control_node_types"]
