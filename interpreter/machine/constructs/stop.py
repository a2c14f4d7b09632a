"""`core.stop@1`: ends the whole run as succeeded."""

from pydantic import Field

from interpreter.json_value import Json
from interpreter.machine.constructs.decision import Construct, Decision, Outcome, StopsRun
from interpreter.node_type import Kind, NodeConfig, NodeType


class StopConfig(NodeConfig):
    output: Json = Field(default=None, description="The output of the run")


def _decide(decision: Decision) -> Outcome:
    return StopsRun(decision.value("output"))


STOP = Construct(
    NodeType(
        id="core.stop@1",
        title="Stop",
        description="Ends the run as succeeded; everything else in it is cancelled.",
        category="Logic",
        kind=Kind.CONTROL,
        config=StopConfig,
        ports=(),
        on_error_allowed=("fail", "hold"),
    ),
    _decide,
)
