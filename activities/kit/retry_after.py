"""How long a service asks us to wait."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST = 64
"""Characters; no date takes more."""


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """The seconds of a `Retry-After` header; a date is read by the clock of the one who wrote it."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    until = _moment(text)
    if until is None:
        return None
    now = _moment(headers.get("date", "")) or datetime.fromtimestamp(time.time(), UTC)
    return max(0.0, (until - now).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text[:_LONGEST])
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
