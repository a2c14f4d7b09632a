"""`core.noop@1`: does nothing, so that a graph can have a place without a deed."""

from interpreter.machine.constructs.decision import Construct, Decision, Leaves, Outcome
from interpreter.node_type import Kind, NodeConfig, NodeType


class NoopConfig(NodeConfig):
    """Nothing to set."""


def _decide(_: Decision) -> Outcome:
    return Leaves()


NOOP = Construct(
    NodeType(
        id="core.noop@1",
        title="No operation",
        description="Does nothing and goes on.",
        category="Logic",
        kind=Kind.CONTROL,
        config=NoopConfig,
        output_schema={"type": "null"},
    ),
    _decide,
)
