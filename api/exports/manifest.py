"""What an evidence bundle says of itself: its files with their hashes, what was left out, and one hash over it all."""

import hashlib
import json
import re

from pydantic import BaseModel, ConfigDict, Field

FORMAT = "holdfast.bundle/1"
MANIFEST = "manifest.json"
RUN, PLAN, DEFINITION, NODES, EVENTS, REPORT = "run.json", "plan.json", "definition.json", "nodes.jsonl", "events.jsonl", "report.md"
NEEDED = (RUN, PLAN, NODES, EVENTS)
MOST_FILES = 20_000
MOST_BYTES = 1024 * 1024 * 1024
"""Of all files of a bundle, unpacked."""
_NAME = re.compile(r"(?:[a-z]{1,20}\.(?:json|jsonl|md)|values/[0-9a-f]{64}\.json|files/[0-9a-f]{64})")


def value_name(digest: str) -> str:
    return f"values/{digest}.json"


def file_name(digest: str) -> str:
    return f"files/{digest}"


def is_name(name: str) -> bool:
    """Whether a file of a bundle may be called so; nothing that leads out of a folder is."""
    return _NAME.fullmatch(name) is not None


class File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    size: int = Field(ge=0, strict=True)
    sha256: str


class LeftOut(BaseModel):
    name: str
    reason: str


class Redaction(BaseModel):
    field: str
    count: int


class Manifest(BaseModel):
    """Written last, read first."""

    format: str
    run_id: str
    workflow: str
    version: int | None
    status: str
    exported_at: str
    files: list[File] = Field(max_length=MOST_FILES)
    left_out: list[LeftOut] = Field(default_factory=list)
    redactions: list[Redaction] = Field(default_factory=list)
    digest: str = ""
    """SHA-256 of everything else in it."""

    def reckoned_digest(self) -> str:
        told = json.dumps(self.model_dump(exclude={"digest"}), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()
