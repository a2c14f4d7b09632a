"""The data nodes (`core.filter@1`, `core.sort@1`, …): decided here when small, by an activity when big."""

from interpreter.machine.constructs.decision import Construct, Decision, Leaves, Outcome
from interpreter.transforms import transform_node_types


def _decide(decision: Decision) -> Outcome:
    return Leaves(decision.transformed())


DATA_NODES = tuple(Construct(node_type, _decide) for node_type in transform_node_types())
