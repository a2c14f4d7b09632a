"""The types that cross Temporal when a rerun loads what it takes over."""

from dataclasses import dataclass

LOAD_REUSE_ACTIVITY = "holdfast.load_reuse"
"""On the platform queue: what a rerun takes over from the run that it repeats, page by page."""


@dataclass(frozen=True)
class ReuseQuestion:
    """The input of the load-reuse activity."""

    run_id: str
    workspace_id: str
    page: int
    batch_key: str | None = None
    """The key of the map whose items `first` and so on this execution is to go through; None for the run itself."""
    first: int = 0
    count: int = 0


@dataclass(frozen=True)
class ReusePage:
    """The answer of the load-reuse activity."""

    packed: str
    """A packed `{"ends": {key: RecordedEnd}, "items": {key: {"first", "items"}}}`."""
    more: bool = False
    """There is another page."""
