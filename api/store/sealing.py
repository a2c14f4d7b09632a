"""Text columns that are encrypted in the database: what runs were given and gave, and what they said.

A text is written as `sealed:<key id>:<base64>`; one without that beginning was written before there was a key, and is
read as it is. Rows are told apart by nothing: a text that was moved to another row of the same column opens there.
"""

import base64
from typing import Any

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeDecorator

from activities.kit.keys import KeyRing

_PURPOSE = "record"
_MARK = "sealed:"
_SAYS_NOTHING = ("null", "{}", "[]")
_RING = "holdfast_ring"


def seal_with(engine: AsyncEngine, ring: KeyRing) -> None:
    """Encrypts what this engine writes from now on."""
    setattr(engine.sync_engine.dialect, _RING, ring)


class SealedText(TypeDecorator[str]):
    """Of an engine without a ring everything is written as it is."""

    impl = Text
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column
        """Part of what is authenticated: a text opens in its own column only."""

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        ring: KeyRing | None = getattr(dialect, _RING, None)
        if ring is None or value is None or value in _SAYS_NOTHING:
            return value
        kid, sealed = ring.encrypt(value.encode(), self.column.encode(), _PURPOSE)
        return f"{_MARK}{kid}:{base64.b64encode(sealed).decode()}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Raises `UnknownKey`, or `Tampered`."""
        if value is None or not value.startswith(_MARK):
            return value
        ring: Any = getattr(dialect, _RING)
        kid, _, sealed = value.removeprefix(_MARK).partition(":")
        plain: bytes = ring.decrypt(kid, base64.b64decode(sealed), self.column.encode(), _PURPOSE)
        return plain.decode()
