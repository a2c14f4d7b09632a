"""Times as the API shows them: ISO 8601 in UTC with milliseconds."""

from datetime import UTC, datetime


def shown(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
