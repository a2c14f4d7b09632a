"""What the database says when it can't do its work now: no space left, or not there."""

import sqlite3
from typing import Literal

from sqlalchemy.exc import DBAPIError, TimeoutError

DatabaseTrouble = (DBAPIError, TimeoutError)
"""What the store raises; most of it is a defect, and some is not."""
_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_AWAY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN})
_PRIMARY = 0xFF
"""The rest of SQLite's code says more of the same."""
_POSTGRES_FULL = "53100"
_POSTGRES_AWAY = ("08", "53", "57P")
"""Classes: connection exceptions, too little of something, ended by an operator (PostgreSQL, appendix A)."""


def trouble_of(error: Exception) -> Literal["full", "away"] | None:
    """None for what is a defect."""
    if isinstance(error, TimeoutError):
        return "away"
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(code, int):
        return "full" if code & _PRIMARY in _FULL else "away" if code & _PRIMARY in _AWAY else None
    state = getattr(cause, "sqlstate", None)
    if state == _POSTGRES_FULL:
        return "full"
    if isinstance(error, DBAPIError) and (error.connection_invalidated or (isinstance(state, str) and state.startswith(_POSTGRES_AWAY))):
        return "away"
    # Where no connection could be made there is no state.
    return "away" if type(cause).__name__ == "OperationalError" and hasattr(cause, "sqlstate") and state is None else None
