"""Lists: a bound, and a cursor that is opaque to the caller and trusted by nobody."""

import base64
import binascii
import json
from typing import Annotated, Any

from fastapi import Query

from api.kit.problem import Unprocessable
from api.kit.strict_json import check_text

LARGEST = 2**31 - 1
"""The largest number of a column: Postgres refuses to compare with more."""
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most")]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before")]


def cursor_of(*place: str | int) -> str:
    """A cursor for the place behind which the next page begins."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def place_of(cursor: str | None, *types: type) -> Any:
    """The place of a cursor, as a tuple of these types; None without a cursor. Raises `Unprocessable`."""
    if cursor is None:
        return None
    try:
        place = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        place = None
    fits = isinstance(place, list) and len(place) == len(types)
    if not fits or not all(_is(wanted, one) for one, wanted in zip(place, types, strict=True)):
        raise Unprocessable("cursor: this is not a cursor of this list")
    check_text(place)
    return tuple(place)


def _is(wanted: type, one: object) -> bool:
    return type(one) is wanted and not (isinstance(one, int) and abs(one) > LARGEST)
