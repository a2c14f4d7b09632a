"""`core.set@1`: the rendered values are the output."""

from pydantic import Field

from interpreter.json_value import JsonObject
from interpreter.machine.constructs.decision import Construct, Decision, Leaves, Outcome
from interpreter.node_type import Kind, NodeConfig, NodeType


class SetConfig(NodeConfig):
    values: JsonObject = Field(default_factory=dict, description="Fields of the output; expressions are rendered")


def _decide(decision: Decision) -> Outcome:
    return Leaves(decision.value("values") if "values" in decision.config else {})


SET = Construct(
    NodeType(
        id="core.set@1",
        title="Set fields",
        description="Makes an object from fixed values and expressions.",
        category="Data",
        kind=Kind.CONTROL,
        config=SetConfig,
    ),
    _decide,
)
