"""`core.respond@1`: answers whoever started the run, before the run has ended."""

from pydantic import Field

from interpreter.json_value import Json
from interpreter.machine.constructs.decision import Construct, Decision, Fails, Leaves, Outcome
from interpreter.node_type import Kind, NodeConfig, NodeType


class RespondConfig(NodeConfig):
    output: Json = Field(default=None, description="The body of the answer")
    status: int = Field(default=200, ge=200, le=599, description="The HTTP status of the answer")
    headers: dict[str, str] = Field(default_factory=dict, description="Headers of the answer")


def _decide(decision: Decision) -> Outcome:
    status = decision.value("status") if "status" in decision.config else 200
    headers = decision.value("headers") if "headers" in decision.config else {}
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        return Fails("TypeError", "the status is not a number from 200 to 599")
    if not isinstance(headers, dict) or not all(isinstance(one, str) for one in headers.values()):
        return Fails("TypeError", "the headers are not an object of texts")
    if not decision.respond({"output": decision.value("output"), "status": status, "headers": headers}):
        return Fails("AlreadyResponded", "the run has answered its caller before", "answer once on every way through the graph")
    return Leaves()


RESPOND = Construct(
    NodeType(
        id="core.respond@1",
        title="Respond",
        description="Answers the caller at once; the run goes on.",
        category="Logic",
        kind=Kind.CONTROL,
        config=RespondConfig,
        output_schema={"type": "null"},
    ),
    _decide,
)
