"""`core.wait_for_event@1`: goes on when somebody or something has sent it an event."""

from pydantic import Field

from interpreter.json_value import JsonObject
from interpreter.machine.constructs.decision import Construct, Decision, Leaves, Outcome, Waits
from interpreter.node_type import Kind, NodeConfig, NodeType


class WaitForEventConfig(NodeConfig):
    payload_schema: JsonObject | None = Field(default=None, alias="schema", description="The JSON Schema of the event's payload")


def _decide(decision: Decision) -> Outcome:
    answers = decision.answers()
    if answers:
        return Leaves(answers[0].get("payload"))
    if decision.fired("deadline"):
        return Leaves(None, "timeout")
    decision.open_wait({"kind": "event", "schema": decision.config.get("schema")})
    return Waits()


WAIT_FOR_EVENT = Construct(
    NodeType(
        id="core.wait_for_event@1",
        title="Wait for an event",
        description="Waits until an event comes by its one-time address or by the API; its payload is the output.",
        category="Logic",
        kind=Kind.CONTROL,
        config=WaitForEventConfig,
        ports=("out", "timeout"),
    ),
    _decide,
    keeps_deadline=True,
)
