"""What a box in the graph can be, and what it promises."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from interpreter.definition import DEFAULT_TIMEOUT, RetryPolicy
from interpreter.json_value import JsonObject


class Kind(StrEnum):
    CONTROL = "control"
    """Decided by the machine, inside the Temporal workflow."""
    SERVICE = "service"
    """Exactly one activity."""


class Effect(StrEnum):
    READ = "read"
    WRITE = "write"


class NodeConfig(BaseModel):
    """Base of every config model: unknown fields are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _fixed_ports(_: JsonObject) -> tuple[str, ...] | None:
    return None


@dataclass(frozen=True)
class NodeType:
    """A node type, named `service.operation@version`; old versions stay beside new ones."""

    id: str
    title: str
    description: str
    category: str
    kind: Kind
    config: type[NodeConfig]
    output_schema: JsonObject = field(default_factory=dict)
    """JSON Schema of the output; empty when anything may come."""
    ports: tuple[str, ...] = ("out",)
    ports_by_config: Callable[[JsonObject], tuple[str, ...] | None] = _fixed_ports
    """Ports that depend on the raw config (a switch's cases); None: `ports` holds."""
    credential_kinds: tuple[str, ...] = ()
    credential_required: bool = False
    timeout: str = DEFAULT_TIMEOUT
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    idempotent: bool = True
    """False: a repeat may repeat a write, so that the default is one attempt."""
    effect: Effect = Effect.READ
    final_errors: tuple[str, ...] = ()
    """Error names that are never worth a retry."""
    container: bool = False
    """It owns the scope of the nodes whose parent it is."""
    item_fields: tuple[str, ...] = ()
    """Config fields whose expressions see `item`, `index` and `count`."""
    raw_fields: tuple[str, ...] = ()
    """Config fields that are taken as they are written: what looks like an expression in them is text."""
    deadline: str | None = None
    """Of a container or a wait: how long it may take where the node does not say."""
    on_error_allowed: tuple[str, ...] = ("fail", "continue", "route", "hold")

    def ports_for(self, config: JsonObject) -> tuple[str, ...]:
        """The ports of a node with this raw config, `error` not among them."""
        return self.ports_by_config(config) or self.ports

    def templates_in(self, config: JsonObject) -> JsonObject:
        """The part of a raw config whose strings may hold expressions."""
        return {name: value for name, value in config.items() if name not in self.raw_fields}

    def default_retry(self) -> RetryPolicy:
        return self.retry if self.idempotent else RetryPolicy(max_attempts=1)

    def config_schema(self) -> JsonObject:
        return self.config.model_json_schema()
