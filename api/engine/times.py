"""Times as the API shows them: ISO 8601 in UTC with milliseconds."""

from datetime import UTC, datetime


def now() -> str:
    return told(datetime.now(UTC))


def told(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown(at: datetime | None) -> str | None:
    return None if at is None else told(at)
