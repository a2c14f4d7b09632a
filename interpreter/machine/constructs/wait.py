"""`core.wait@1`: goes on after a duration, or at a time."""

from datetime import UTC, datetime

from pydantic import Field

from interpreter.duration import parse_duration
from interpreter.json_value import Json
from interpreter.machine.constructs.decision import Construct, Decision, Fails, Leaves, Outcome, Waits
from interpreter.machine.state import iso
from interpreter.node_type import Kind, NodeConfig, NodeType

_LONGEST_MS = 3_650 * 86_400_000


class WaitConfig(NodeConfig):
    duration: str | float | None = Field(default=None, description='How long: "30s", "5m", "2h", "30d", or seconds')
    until: str | int | None = Field(default=None, description="Until when: an ISO 8601 time with its zone, or milliseconds since 1970")


def _decide(decision: Decision) -> Outcome:
    memory = decision.memory
    if "until" not in memory:
        has_duration = decision.config.get("duration") is not None
        at_ms = _duration_end(decision) if has_duration else _time(decision.value("until"))
        if isinstance(at_ms, Fails):
            return at_ms
        memory["until"] = at_ms
        if at_ms <= decision.now_ms:
            return Leaves({"until": iso(at_ms)})
        if at_ms > decision.now_ms + _LONGEST_MS:
            return Fails("TypeError", "it would wait for more than ten years")
        decision.start_timer("wait", at_ms)
    if decision.fired("wait"):
        return Leaves({"until": iso(memory["until"])})
    return Waits()


def _duration_end(decision: Decision) -> int | Fails:
    told = decision.value("duration")
    # The time is asked after the value: an evaluation elsewhere takes its time, and waiting begins behind it.
    if isinstance(told, int | float) and not isinstance(told, bool) and told >= 0:
        return decision.now_ms + round(told * 1000)
    try:
        return decision.now_ms + round(parse_duration(str(told)).total_seconds() * 1000)
    except ValueError as wrong:
        return Fails("TypeError", f"the duration: {wrong}")


def _time(told: Json) -> int | Fails:
    if isinstance(told, int) and not isinstance(told, bool):
        return told
    hint = 'write for example "2026-05-01T09:00:00+02:00"'
    if not isinstance(told, str):
        return Fails("TypeError", "until is neither a time nor milliseconds since 1970", hint)
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return Fails("TypeError", f'until is "{told[:100]}", not a time', hint)
    if moment.tzinfo is None:
        return Fails("TypeError", f'until is "{told[:100]}", a time without its zone', hint)
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return delta.days * 86_400_000 + delta.seconds * 1000 + delta.microseconds // 1000


WAIT = Construct(
    NodeType(
        id="core.wait@1",
        title="Wait",
        description="Waits for a time; restarts and long nights do it no harm.",
        category="Logic",
        kind=Kind.CONTROL,
        config=WaitConfig,
        output_schema={
            "type": "object",
            "properties": {"until": {"type": "string"}},
            "required": ["until"],
            "additionalProperties": False,
        },
    ),
    _decide,
)
