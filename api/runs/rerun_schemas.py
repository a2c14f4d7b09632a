"""Reruns as the API takes and shows them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.kit.lists import LARGEST
from api.runs.schemas import RunView
from interpreter.json_value import JsonObject

MOST_OVERRIDES = 100


class RerunBody(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    origin: Annotated[str, Field(min_length=1, max_length=300)] = Field(
        "start", alias="from", description="start, failed, failed-items, a node id, or an instance key"
    )
    definition: Literal["original", "latest", "draft"] | Annotated[int, Field(strict=True, ge=1, le=LARGEST)] = "original"
    overrides: JsonObject = Field(default_factory=dict, description="Outputs by instance key, instead of the recorded ones")
    input: JsonObject | None = Field(None, description="Another input; null: the same")
    alone: Annotated[bool, Field(strict=True)] = Field(
        False, description="Of a child run: only itself, and not the runs that failed because of it"
    )

    @field_validator("overrides")
    @classmethod
    def _are_not_too_many(cls, told: JsonObject) -> JsonObject:
        if len(told) > MOST_OVERRIDES:
            raise ValueError(f"at most {MOST_OVERRIDES} outputs can be edited at once")
        return told


class ReuseView(BaseModel):
    key: str
    reused: bool
    code: str
    reason: str


class RerunView(RunView):
    reuse: list[ReuseView]
    reuse_truncated: bool = Field(description="There are more: GET /runs/{id}/reuse has them all")
    continues: list[str] = Field(description="New runs of its callers, from the innermost, that go on with its end")


class ReusePage(BaseModel):
    items: list[ReuseView]
    next_cursor: str | None


class Difference(BaseModel):
    """Where two runs part."""

    key: str
    node_id: str
    field: Literal["presence", "status", "port", "error", "output"]
    pointer: str = Field(description="Where in the output, as a JSON Pointer")
    before: Any
    after: Any


class TreeNode(BaseModel):
    id: str
    parent_run_id: str | None
    version: int | None
    status: str
    origin: str | None = Field(description="From where it repeats its parent; null for the first run")
    definition: str | int | None
    edited: list[str] = Field(description="Keys of the instances whose output was edited")
    input_changed: bool
    by: str | None
    created_at: str
    ended_at: str | None
    first_difference: Difference | None = Field(description="To the sibling before it")
    reruns: list["TreeNode"]


class TreeView(BaseModel):
    root: TreeNode
    truncated: bool
