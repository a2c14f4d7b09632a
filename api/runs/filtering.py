"""The filters of the list of runs, as query parameters and as people save them."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.kit.lists import LARGEST
from api.kit.times import Moment
from api.store.run_list import RunFilter

Status = Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled", "timed_out"]
_LONGEST_S = 10_000_000


class RunQuery(BaseModel):
    """What a list of runs is narrowed by; what is left out narrows nothing."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    workflow: str | None = Field(None, max_length=100)
    status: list[Status] = Field(default_factory=list, max_length=7, description="One of them; repeated, or with commas")
    trigger: str | None = Field(None, max_length=100)
    since: Moment | None = Field(None, alias="from")
    to: Moment | None = None
    text: str | None = Field(None, max_length=200, description='Words, each meant as a beginning; "phrases" in quotes; a run id')
    version: int | Literal["draft"] | None = None
    min_seconds: float | None = Field(None, ge=0, le=_LONGEST_S)
    max_seconds: float | None = Field(None, ge=0, le=_LONGEST_S)
    business_key: str | None = Field(None, max_length=200)
    parent_run_id: str | None = Field(None, max_length=100)
    fingerprint: str | None = Field(None, max_length=100, description="Of a failure: GET /failures")

    @model_validator(mode="before")
    @classmethod
    def _split_status(cls, told: Any) -> Any:
        if isinstance(told, dict) and told.get("status"):
            given = told["status"]
            parts = [given] if isinstance(given, str) else given
            told = {**told, "status": [one for part in parts for one in (part.split(",") if isinstance(part, str) else [part])]}
        return told

    @model_validator(mode="after")
    def _is_a_version(self) -> "RunQuery":
        if isinstance(self.version, int) and not 1 <= self.version <= LARGEST:
            raise ValueError("version: a number from 1, or draft")
        return self

    def wanted(self) -> RunFilter:
        return RunFilter(
            workflow_id=self.workflow,
            status=tuple(self.status),
            trigger=self.trigger,
            since=self.since,
            until=self.to,
            text=self.text,
            version=0 if self.version == "draft" else self.version,
            least_ms=None if self.min_seconds is None else round(self.min_seconds * 1000),
            most_ms=None if self.max_seconds is None else round(self.max_seconds * 1000),
            business_key=self.business_key,
            parent_run_id=self.parent_run_id,
            fingerprint=self.fingerprint,
        )


class ListQuery(RunQuery):
    """The query parameters of the list."""

    limit: int = Field(50, ge=1, le=200, description="How many at most")
    cursor: str | None = Field(None, max_length=1000, description="`next_cursor` of the page before")


Listed = Annotated[ListQuery, Query()]
