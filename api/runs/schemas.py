"""Runs as the API shows and takes them."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.kit.lists import LARGEST
from interpreter.json_value import JsonObject


class StartBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    input: JsonObject = Field(default_factory=dict)
    version: Annotated[int, Field(strict=True, ge=1, le=LARGEST)] | Literal["draft"] | None = Field(None, description="null: the published one")
    mocks: JsonObject = Field(default_factory=dict, description="What stands for the attempts of nodes, by node id or instance key")
    dry_run: Annotated[bool, Field(strict=True, description="Calls go to workers that hold only stubs")] = False
    stop_after: Annotated[str, Field(min_length=1, max_length=63)] | None = Field(None, description="The id of the node after which the run stops")


class ResumeBody(BaseModel):
    """An event (`payload`), or a decision on an approval."""

    model_config = ConfigDict(extra="forbid")

    payload: Any = None
    decision: Literal["approve", "reject"] | None = None
    reason: Annotated[str, Field(max_length=10_000)] = ""
    form: Any = None
    by: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(None, description="For whom an owner's key decides; the key itself by default")

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if ("payload" in self.model_fields_set) == (self.decision is not None):
            raise ValueError("send a payload, or a decision")
        return self


class OutputBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    output: Any = None
    port: Annotated[str, Field(min_length=1, max_length=100)] = "out"


class ErrorView(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str
    message: str
    node_id: str | None
    key: str | None
    attempts: int
    retryable: bool
    hint: str | None = None
    details: Any = None


class Caller(BaseModel):
    run_id: str
    key: str


class RerunOfView(BaseModel):
    """How a rerun repeats its parent."""

    model_config = ConfigDict(populate_by_name=True)

    origin: str = Field(alias="from")
    definition: str | int
    edited: list[str] = Field(description="Keys of the instances whose output was edited")
    input_changed: bool
    by: str


class QueuedFor(BaseModel):
    """Why a run has not begun."""

    reason: Literal["workflow_limit", "key_limit", "cap"]
    before: int = Field(description="How many wait for the same before it")


class RunView(BaseModel):
    id: str
    workflow_id: str
    workflow_name: str
    version: int | None
    status: str
    attention: Literal["paused", "stalled"] | None = None
    attention_reason: str | None = Field(None, description="Why a run is stalled")
    input: Any
    output: Any
    error: ErrorView | None
    trigger: JsonObject
    created_at: str
    started_at: str | None
    ended_at: str | None
    parent_run_id: str | None
    rerun: RerunOfView | None = None
    dry_run: bool
    caller: Caller | None = None
    business_key: str | None = None
    queued_for: QueuedFor | None = Field(None, description="Of a run that waits for its turn; only of a single run")
    response: JsonObject | None = Field(None, description="What the run has answered its caller by core.respond")


class RunPage(BaseModel):
    items: list[RunView]
    next_cursor: str | None


class NodeView(BaseModel):
    node_id: str
    iteration: str | None
    key: str
    type: str
    status: str
    attempt: int
    started_at: str | None
    ended_at: str | None
    input: Any
    output: Any
    error: ErrorView | None
    port: str | None = None
    reused: bool
    cached_at: str | None


class LogLineView(BaseModel):
    at: str
    level: Literal["debug", "info", "warning", "error"]
    message: str


class AttemptErrorView(BaseModel):
    name: str
    message: str
    retryable: bool


class AttemptView(BaseModel):
    number: int
    started_at: str | None = Field(description="null of one that was lost before it could tell anything")
    ended_at: str | None
    worker: str | None = Field(description="The process that ran it")
    error: AttemptErrorView | None
    logs: list[LogLineView]


class InstanceView(NodeView):
    attempts: list[AttemptView] = Field(description="Of a service node, in order; also of one that runs")


class ProgressView(BaseModel):
    done: int = Field(description="Node instances that have ended")
    total: int = Field(description="All that are known of; it grows while maps and loops find out what they have to do")
    usual_ms: int | None = Field(description="How long the last runs of the workflow took; null with fewer than three")
    left_ms: int | None = Field(description="Until it will have taken as long; null when it takes longer than that")


class NodePage(BaseModel):
    items: list[NodeView]
    next_cursor: str | None
