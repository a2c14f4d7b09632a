"""Times as the API shows and takes them: ISO 8601, shown in UTC with milliseconds."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator

from api.engine.times import shown


def in_utc(at: datetime) -> datetime:
    """The same moment in UTC; raises `ValueError` for one that falls out of the calendar there."""
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise ValueError("it is no time that a calendar has") from None


Moment = Annotated[datetime, AfterValidator(in_utc)]
"""A time of a request; without a zone it is in UTC."""

__all__ = ["Moment", "in_utc", "shown"]
