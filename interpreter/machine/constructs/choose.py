"""`core.if@1` and `core.switch@1`: a condition chooses the port."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from interpreter.json_value import Json, JsonObject
from interpreter.machine.constructs.decision import Construct, Decision, Fails, Leaves, Outcome
from interpreter.node_type import Kind, NodeConfig, NodeType

_OUTPUT = {
    "type": "object",
    "properties": {"port": {"type": "string"}},
    "required": ["port"],
    "additionalProperties": False,
}


class IfConfig(NodeConfig):
    condition: bool = Field(description="An expression that is true or false")


class SwitchCase(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    port: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="The port to leave by")
    condition: bool = Field(description="An expression that is true or false")


class SwitchConfig(NodeConfig):
    cases: tuple[SwitchCase, ...] = Field(description="Asked in order up to the first true")


def _not_boolean(value: Json, where: str) -> Fails:
    shown = "nothing" if value is None else type(value).__name__
    return Fails("TypeError", f"{where} is {shown}, not true or false", "compare it, or use $boolean(…)")


def _decide_if(decision: Decision) -> Outcome:
    condition = decision.value("condition")
    if not isinstance(condition, bool):
        return _not_boolean(condition, "the condition")
    port = "true" if condition else "false"
    return Leaves({"port": port}, port)


def _decide_switch(decision: Decision) -> Outcome:
    for place, case in enumerate(decision.config["cases"]):
        condition = decision.value("cases", place, "condition")
        if not isinstance(condition, bool):
            return _not_boolean(condition, f'the condition of "{case["port"]}"')
        if condition:
            return Leaves({"port": case["port"]}, case["port"])
    return Leaves({"port": "default"}, "default")


def _switch_ports(config: JsonObject) -> tuple[str, ...]:
    cases: Any = config.get("cases")
    named = [case.get("port") for case in cases if isinstance(case, dict)] if isinstance(cases, list) else []
    return (*dict.fromkeys(port for port in named if isinstance(port, str)), "default")


IF = Construct(
    NodeType(
        id="core.if@1",
        title="If",
        description="Goes one of two ways, by a condition.",
        category="Logic",
        kind=Kind.CONTROL,
        config=IfConfig,
        output_schema=_OUTPUT,
        ports=("true", "false"),
    ),
    _decide_if,
)
SWITCH = Construct(
    NodeType(
        id="core.switch@1",
        title="Switch",
        description="Goes the way of the first case that is true, else by the default.",
        category="Logic",
        kind=Kind.CONTROL,
        config=SwitchConfig,
        output_schema=_OUTPUT,
        ports=("default",),
        ports_by_config=_switch_ports,
    ),
    _decide_switch,
)
