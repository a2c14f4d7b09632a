"""Lets waiting runs begin when there is room: after every end, and in every round of the reconciler."""

import asyncio
from collections.abc import Awaitable, Callable

from api.store import admission, admission_turns
from api.store.database import Database

_AT_ONCE = 200
URGENT, LATER, LAST = 0, 1, 2
_PRIORITIES = {"schedule": LATER, "poll": LATER, "failure": LATER, "bulk": LAST, "backfill": LAST}


def priority_of(trigger_kind: str, is_rerun: bool) -> int:
    """The lower begins first: what somebody waits for, then what the clock began, then what is done in masses."""
    return LAST if is_rerun and trigger_kind != "api" else _PRIORITIES.get(trigger_kind, URGENT)


class Admission:
    """The cap on runs in flight, and the turns of those that wait."""

    def __init__(self, database: Database, most: int, start: Callable[[str], Awaitable[None]]) -> None:
        self._database = database
        self._most = most
        self._start = start
        self._in_flight = 0
        """As it was counted last, with what has begun and ended here since: the cap need not be exact."""
        self._somebody_waits = True
        """After a start of this process nobody knows."""
        self._turn = asyncio.Lock()
        self._is_due = False

    @property
    def is_full(self) -> bool:
        return self._in_flight >= self._most

    def entered(self, admitted: bool) -> None:
        """A run has come through the door."""
        if admitted:
            self._in_flight += 1
        else:
            self._somebody_waits = True

    def ended(self) -> bool:
        """A run has ended; whether it is time for a turn that has not been called yet."""
        self._in_flight = max(0, self._in_flight - 1)
        due = self._somebody_waits and not self._is_due
        self._is_due = self._is_due or due
        return due

    async def turn(self) -> None:
        """Admits and starts what there is room for."""
        async with self._turn:
            self._is_due = False
            while True:
                async with self._database.read() as connection:
                    self._in_flight = await admission.in_flight(connection)
                room = min(_AT_ONCE, self._most - self._in_flight)
                if room <= 0:
                    return
                async with self._database.write() as connection:
                    admitted = await admission_turns.admit(connection, room)
                for run_id in admitted:
                    await self._start(run_id)
                if len(admitted) < room:
                    async with self._database.read() as connection:
                        self._somebody_waits = await admission_turns.anybody_waits(connection)
                    return
