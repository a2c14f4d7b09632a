"""What a rerun takes from the run that it repeats: which recorded ends still hold, and why the others do not."""

from interpreter.reuse.choosing import choose_reuse
from interpreter.reuse.pages import add_page, pages
from interpreter.reuse.places import Stretch, containers_around, runs_in
from interpreter.reuse.recorded import (
    FAILED,
    FAILED_ITEMS,
    START,
    Outlook,
    Recorded,
    RecordedEnd,
    Reuse,
    Verdict,
    Wish,
    key_of,
    place_in,
)

__all__ = [
    "FAILED",
    "FAILED_ITEMS",
    "START",
    "Outlook",
    "Recorded",
    "RecordedEnd",
    "Reuse",
    "Stretch",
    "Verdict",
    "Wish",
    "add_page",
    "choose_reuse",
    "containers_around",
    "key_of",
    "pages",
    "place_in",
    "runs_in",
]
