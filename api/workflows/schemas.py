"""Workflows as the API shows and takes them."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from api.kit.lists import LARGEST
from interpreter.json_value import JsonObject


class FindingView(BaseModel):
    code: str
    message: str
    severity: str
    node_id: str | None
    path: str = Field(description="JSON Pointer into the definition")
    hint: str | None = None


class DraftBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    definition: JsonObject
    draft_revision: Annotated[int, Field(strict=True, ge=1, le=LARGEST)] | None = Field(None, description="The revision that was edited; a newer one answers 409")


class WorkflowView(BaseModel):
    id: str
    name: str
    draft_revision: int
    published_version: int | None
    definition: JsonObject
    findings: list[FindingView]
    pins: JsonObject = Field(description="Outputs by node id that runs of the draft take instead of calling the node")
    created_at: str
    changed_at: str


class WorkflowItem(BaseModel):
    id: str
    name: str
    draft_revision: int
    published_version: int | None
    created_at: str
    changed_at: str


class WorkflowPage(BaseModel):
    items: list[WorkflowItem]
    next_cursor: str | None


class Pins(BaseModel):
    pins: JsonObject


class Findings(BaseModel):
    findings: list[FindingView]


class Published(BaseModel):
    version: int
    published_at: str


class VersionPage(BaseModel):
    items: list[Published]
    next_cursor: str | None


class VersionView(Published):
    definition: JsonObject


class Changed(BaseModel):
    path: str
    before: Any
    after: Any


class ChangedNode(BaseModel):
    id: str
    changes: list[Changed]


class NodesDiff(BaseModel):
    added: list[JsonObject]
    removed: list[JsonObject]
    changed: list[ChangedNode]


class EdgesDiff(BaseModel):
    added: list[JsonObject]
    removed: list[JsonObject]


class Diff(BaseModel):
    nodes: NodesDiff
    edges: EdgesDiff
    rest: list[Changed]
