"""When a run begins a new execution: drain first, so that no activity in flight is ever run again by it."""

import asyncio
import json
from collections.abc import Callable

from temporalio import workflow

from interpreter.json_value import Json, JsonObject
from interpreter.packing import pack_text, unpack_text

SOFT_LIMIT = 4_000
"""History events after which the run drains and goes."""
HARD_LIMIT = 10_000
"""History events after which nothing new starts until it has gone."""
RETRY_AFTER = 1_000
"""History events until the next try, when a long activity held up the last one."""
DRAIN_SECONDS = 30
SNAPSHOT_BYTES = 1_500_000
"""Packed; a payload may take 2 MB, encryption included."""


class Drain:
    """While it is active nothing new is issued; it is over when nothing is in flight."""

    def __init__(self, continue_after: int | None, resume: Callable[[], None]) -> None:
        self.active = False
        self.events = 0
        """Events that the machine took in this execution."""
        self._continue_after = continue_after
        self._resume = resume
        self._limit = SOFT_LIMIT
        self._timer: asyncio.TimerHandle | None = None

    def is_over(self, in_flight: int) -> bool:
        """Asked whenever the machine is at rest: begins a drain when it is time, and says when to go."""
        if not self.active and self._is_due():
            self.active = True
            self._timer = asyncio.get_running_loop().call_later(DRAIN_SECONDS, self._give_up)
        return self.active and in_flight == 0

    def postpone(self) -> None:
        """Something came in between: go on here, and try again later."""
        self.stop()
        self._limit = workflow.info().get_current_history_length() + RETRY_AFTER
        if self._continue_after is not None:
            self._continue_after += self.events

    def stop(self) -> None:
        """Issues again what was held back."""
        self.active = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._resume()

    def _is_due(self) -> bool:
        info = workflow.info()
        if self._continue_after is not None and self.events >= self._continue_after:
            return True
        return info.get_current_history_length() >= self._limit or info.is_continue_as_new_suggested()

    def _give_up(self) -> None:
        """A long activity is in flight: go on beside it, but not beyond the hard limit."""
        self._timer = None
        if self.active and workflow.info().get_current_history_length() < HARD_LIMIT:
            self.postpone()


def packed_snapshot(stored: JsonObject) -> str | None:
    """The snapshot made small; None when it does not fit one payload of Temporal's."""
    packed = pack_text(json.dumps(stored, separators=(",", ":"), ensure_ascii=False))
    return packed if len(packed) <= SNAPSHOT_BYTES else None


def snapshot_of(packed: Json) -> JsonObject:
    """The snapshot that an earlier execution packed."""
    stored: JsonObject = json.loads(unpack_text(str(packed)))
    return stored
