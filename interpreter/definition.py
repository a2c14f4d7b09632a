"""The stored JSON of one version of a workflow: nodes, edges and settings (format 1 of the contract)."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from interpreter.duration import Duration
from interpreter.json_value import JsonObject

NODE_ID_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"
RESERVED_IDS = frozenset({"start", "failed"})
DEFAULT_TIMEOUT = "60s"

OnError = Literal["fail", "continue", "route", "hold"]
Join = Literal["all", "every", "any"] | Annotated[int, Field(ge=1, le=10_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RetryPolicy(_Strict):
    """How often and how patiently a failed attempt is repeated."""

    max_attempts: int = Field(default=3, ge=1, le=10_000)
    initial_interval: Duration = "1s"
    backoff: float = Field(default=2.0, ge=1, le=100)
    max_interval: Duration = "1m"
    jitter: Literal["full", "none"] = "full"
    non_retryable: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    """In a list of policies: the error names this one is for; empty matches all."""


class Cache(_Strict):
    ttl: Duration


class Position(_Strict):
    x: float
    y: float


class Node(_Strict):
    """A box in the graph."""

    id: str
    type: str = Field(max_length=200)
    name: str = Field(default="", max_length=200)
    config: JsonObject = Field(default_factory=dict)
    credential: str | None = Field(default=None, max_length=200)
    timeout: Duration | None = None
    """One attempt."""
    total_timeout: Duration | None = None
    """All attempts and the pauses between them."""
    heartbeat_timeout: Duration | None = None
    retry: RetryPolicy | tuple[RetryPolicy, ...] | None = None
    on_error: OnError = "fail"
    join: Join = "all"
    parent: str | None = None
    disabled: bool = False
    note: str = Field(default="", max_length=10_000)
    cache: Cache | None = None
    position: Position | None = None

    @property
    def label(self) -> str:
        """What people call the node: its name, else its id."""
        return self.name or self.id


class Edge(_Strict):
    """A wire from a port of one node to a port of another."""

    id: str = Field(default="", max_length=200)
    source: str
    target: str
    source_port: str = Field(default="out", max_length=100)
    target_port: str = Field(default="in", max_length=100)


class Concurrency(_Strict):
    limit: int = Field(ge=1, le=100_000)
    key: str | None = Field(default=None, min_length=1, max_length=1_000)
    """A template over `input` and `trigger`: the limit counts for each of its values."""
    policy: Literal["queue", "skip", "cancel_older", "coalesce"] = "queue"


class Settings(_Strict):
    on_failure: Literal["cancel", "drain"] = "cancel"
    mode: Literal["standard", "express"] = "standard"
    timeout: Duration | None = None
    error_workflow: str | None = None
    concurrency: Concurrency | None = None
    searchable: tuple[str, ...] = Field(default=(), max_length=20)
    """Dotted paths into the run's output whose values the search finds."""
    business_key: str | None = Field(default=None, min_length=1, max_length=1_000)
    """A template over `input` and `trigger`: what people call the matter that a run is about."""


class Definition(_Strict):
    """One version of a workflow as it is stored."""

    format: Literal[1] = 1
    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=10_000)
    input: JsonObject | None = None
    """The JSON Schema of the run's input."""
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    output: JsonObject | None = None
    """A template rendered when the run succeeds."""
    settings: Settings = Settings()
