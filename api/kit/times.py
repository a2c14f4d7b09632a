"""Times as the API shows and takes them: ISO 8601, shown in UTC with milliseconds."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def shown(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def in_utc(at: datetime) -> datetime:
    """The same moment in UTC; raises `ValueError` for one that falls out of the calendar there."""
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise ValueError("it is no time that a calendar has") from None


Moment = Annotated[datetime, AfterValidator(in_utc)]
"""A time of a request; without a zone it is in UTC."""
