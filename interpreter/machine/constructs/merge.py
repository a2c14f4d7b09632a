"""`core.merge@1`: the outputs of its taken sources, by node id."""

from interpreter.machine.constructs.decision import Construct, Decision, Leaves, Outcome
from interpreter.node_type import Kind, NodeConfig, NodeType


class MergeConfig(NodeConfig):
    """A merge has nothing to set; its join says what it waits for."""


def _decide(decision: Decision) -> Outcome:
    return Leaves(decision.taken_outputs())


MERGE = Construct(
    NodeType(
        id="core.merge@1",
        title="Merge",
        description="Brings branches together: an object of their outputs by node id.",
        category="Logic",
        kind=Kind.CONTROL,
        config=MergeConfig,
        output_schema={"type": "object"},
    ),
    _decide,
)
