"""The control constructs: node types that the machine decides by itself, one file each."""

from interpreter.machine.constructs import (
    approval,
    attempt,
    choose,
    data,
    fail,
    loop,
    map_items,
    merge,
    noop,
    respond,
    run_workflow,
    set_values,
    stop,
    wait,
    wait_for_event,
)
from interpreter.machine.constructs.decision import Construct
from interpreter.node_type import NodeType

_CONSTRUCTS: dict[str, Construct] = {
    construct.node_type.id: construct
    for construct in (
        choose.IF,
        choose.SWITCH,
        set_values.SET,
        merge.MERGE,
        noop.NOOP,
        map_items.MAP,
        loop.LOOP,
        attempt.TRY,
        attempt.FINALLY,
        wait.WAIT,
        wait_for_event.WAIT_FOR_EVENT,
        approval.APPROVAL,
        run_workflow.RUN_WORKFLOW,
        respond.RESPOND,
        fail.FAIL,
        stop.STOP,
        *data.DATA_NODES,
    )
}


def control_node_types() -> tuple[NodeType, ...]:
    """The node types of all control constructs."""
    return tuple(construct.node_type for construct in _CONSTRUCTS.values())


def construct_of(type_id: str) -> Construct:
    """The construct behind a control node type; `KeyError` for another id."""
    return _CONSTRUCTS[type_id]


__all__ = ["construct_of", "control_node_types"]
