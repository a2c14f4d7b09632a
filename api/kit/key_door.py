"""From a key to the one who holds it."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from api.store import access
from api.store.database import Database

_KEPT_SECONDS = 10.0
"""A revoked key is dead after this, in every process."""
_MOST_KEPT = 1_000
_LONGEST_KEY = 512


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking, and where."""

    key_id: str
    name: str
    role: str
    workspace_id: str
    workspace_name: str


class KeyDoor:
    """Looks keys up, and remembers the good ones for a moment: the hot path asks at every request."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    async def seed(self, bootstrap_key: str | None) -> None:
        """Makes the bootstrap key of the environment the one that is valid."""
        async with self._database.write() as connection:
            await access.seed(connection, bootstrap_key, datetime.now(UTC))

    async def principal(self, key: str) -> Principal | None:
        """Who holds a key; None for a key that is wrong, revoked or no key."""
        if not key or len(key) > _LONGEST_KEY:
            return None
        # By hash, so that the time of a look-up tells nothing of the key.
        digest = access.hashed(key)
        kept = self._kept.get(digest)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        async with self._database.read() as connection:
            row = await access.key_of(connection, key)
        if row is None:
            self._kept.pop(digest, None)
            return None
        principal = Principal(row.id, row.name, row.role, row.workspace_id, row.workspace_name)
        self._kept[digest] = (time.monotonic() + _KEPT_SECONDS, principal)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return principal
