"""`core.fail@1`: fails with a name and a message of one's own."""

from pydantic import Field

from interpreter.machine.constructs.decision import Construct, Decision, Fails, Outcome
from interpreter.node_type import Kind, NodeConfig, NodeType


class FailConfig(NodeConfig):
    name: str = Field(default="Failed", min_length=1, max_length=100, description="A stable word for the error")
    message: str = Field(default="", max_length=10_000, description="What people read")


def _decide(decision: Decision) -> Outcome:
    name = decision.value("name") if "name" in decision.config else "Failed"
    message = decision.value("message") if "message" in decision.config else ""
    if not isinstance(name, str) or not name:
        return Fails("TypeError", "the name of the error is not a text", "write a word such as OrderRefused")
    return Fails(name, message if isinstance(message, str) else str(message))


FAIL = Construct(
    NodeType(
        id="core.fail@1",
        title="Fail",
        description="Ends this branch with an error of your own.",
        category="Logic",
        kind=Kind.CONTROL,
        config=FailConfig,
        ports=(),
        on_error_allowed=("fail", "hold"),
    ),
    _decide,
)
