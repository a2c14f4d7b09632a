"""`core.approval@1`: goes on when people have decided."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from interpreter.duration import Duration, parse_duration
from interpreter.json_value import JsonObject
from interpreter.machine.constructs.decision import Construct, Decision, Fails, Leaves, Outcome, Waits
from interpreter.machine.state import iso
from interpreter.node_type import Kind, NodeConfig, NodeType

MOST_APPROVERS = 100


class Escalation(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Duration = Field(description="How long the first approvers have")
    approvers: tuple[str, ...] = Field(min_length=1, max_length=MOST_APPROVERS, description="Who may decide from then on as well")


class ApprovalConfig(NodeConfig):
    title: str = Field(default="", max_length=500, description="What is to be decided")
    message: str = Field(default="", max_length=20_000, description="What people should know for it")
    form: JsonObject | None = Field(default=None, description="The JSON Schema of what they fill in")
    approvers: tuple[str, ...] = Field(default=(), max_length=MOST_APPROVERS, description='E-mail addresses, or "role:…"; empty: whoever may answer')
    quorum: int = Field(default=1, ge=1, le=MOST_APPROVERS, description="How many people have to approve")
    escalation: Escalation | None = Field(default=None, description="Who is asked as well when nobody decides")


_OUTPUT = {
    "type": "object",
    "properties": {
        "decision": {"enum": ["approve", "reject"]},
        "by": {"type": "string"},
        "reason": {"type": "string"},
        "form": {},
        "answers": {"type": "array"},
    },
    "required": ["decision", "by", "reason", "form", "answers"],
    "additionalProperties": False,
}


def _decide(decision: Decision) -> Outcome:
    memory = decision.memory
    if "asked" not in memory:
        wrong = _ask(decision)
        if wrong is not None:
            return wrong
    answers = [_shown(answer) for answer in decision.answers()]
    decided = _decided(answers, memory["asked"]["quorum"])
    if decided is not None:
        port = "approved" if decided["decision"] == "approve" else "rejected"
        return Leaves({**decided, "answers": answers}, port)
    if decision.fired("deadline"):
        return Leaves(None, "timeout")
    if decision.fired("escalation"):
        asked = memory["asked"]
        more = decision.config["escalation"]["approvers"]
        memory["asked"] = {**asked, "approvers": [*asked["approvers"], *more] if asked["approvers"] else [], "escalated": True}
    decision.open_wait({**memory["asked"], "answers": answers})
    return Waits()


def _ask(decision: Decision) -> Fails | None:
    texts = {name: decision.value(name) for name in ("title", "message") if name in decision.config}
    approvers = decision.value("approvers") if "approvers" in decision.config else []
    quorum = decision.value("quorum") if "quorum" in decision.config else 1
    if not isinstance(approvers, list) or not all(isinstance(one, str) for one in approvers):
        return Fails("TypeError", "the approvers are not a list of texts", 'write e-mail addresses, or "role:…"')
    if not isinstance(quorum, int) or isinstance(quorum, bool) or quorum < 1:
        return Fails("TypeError", "the quorum is not a whole number above 0")
    if approvers and quorum > len(approvers) and not any(one.startswith("role:") for one in approvers):
        return Fails("TypeError", f"{quorum} have to approve, and only {len(approvers)} may", "lower the quorum")
    decision.memory["asked"] = {
        "kind": "approval",
        "title": str(texts.get("title") or ""),
        "message": str(texts.get("message") or ""),
        "form": decision.config.get("form"),
        "approvers": approvers,
        "quorum": quorum,
        "asked_at": iso(decision.now_ms),
        "escalated": False,
    }
    escalation: Any = decision.config.get("escalation")
    if escalation:
        after = round(parse_duration(escalation["after"]).total_seconds() * 1000)
        decision.start_timer("escalation", decision.now_ms + after)
    return None


def _shown(answer: JsonObject) -> JsonObject:
    return {name: answer.get(name) for name in ("by", "decision", "reason", "form")}


def _decided(answers: list[JsonObject], quorum: int) -> JsonObject | None:
    """The answer that decides: the first reject, or the approval that completes the quorum."""
    approved: dict[str, None] = {}
    for answer in answers:
        if answer["decision"] == "reject":
            return answer
        approved[str(answer["by"])] = None
        if len(approved) >= quorum:
            return answer
    return None


APPROVAL = Construct(
    NodeType(
        id="core.approval@1",
        title="Approval",
        description="Waits until people have approved or rejected.",
        category="Logic",
        kind=Kind.CONTROL,
        config=ApprovalConfig,
        output_schema=_OUTPUT,
        ports=("approved", "rejected", "timeout"),
    ),
    _decide,
    keeps_deadline=True,
)
