"""Node types and node tests as the API shows and takes them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from interpreter.json_value import JsonObject


class NodeTypeView(BaseModel):
    id: str
    title: str
    description: str
    category: str
    kind: str
    config_schema: JsonObject
    output_schema: JsonObject
    ports: list[str]
    credential_kinds: list[str]
    credential_required: bool
    idempotent: bool
    effect: str
    timeout: str
    retry: JsonObject


class NodeTypes(BaseModel):
    items: list[NodeTypeView]
    next_cursor: None = None


class TrialScope(BaseModel):
    """What the expressions of the config may read."""

    model_config = ConfigDict(extra="forbid")

    input: JsonObject = Field(default_factory=dict)
    nodes: JsonObject = Field(default_factory=dict, description="Outputs by node id, as if those nodes had run before")


class TrialBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    config: JsonObject = Field(default_factory=dict)
    credential: str | None = Field(None, min_length=1, max_length=200, description="The name of a credential of the workspace")
    scope: TrialScope = Field(default_factory=TrialScope)
    mock: JsonObject | None = Field(None, description="Stands for the call: one of output, error, sequence, expression")


class TrialView(BaseModel):
    """How the node ended: with `output`, or with `error`."""

    run_id: str
    output: Any = None
    error: JsonObject | None = None
    input: Any = Field(description="The config with its expressions rendered")
    attempts: int
    logs: list[JsonObject]
