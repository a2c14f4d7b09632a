"""Time inside a Temporal workflow: the logical clock, and timers that call back."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from temporalio import workflow

from interpreter.machine.events import Event, TimerFired

TICK = 0.001
"""Only a real round trip ends an activation: a timer of one millisecond."""


def now_ms() -> int:
    """Milliseconds since 1970 at the start of the workflow task."""
    return workflow.time_ns() // 1_000_000


def later(seconds: float, act: Callable[[], Any]) -> asyncio.TimerHandle:
    """Calls back after a durable timer."""
    return asyncio.get_running_loop().call_later(seconds, act)


class Timers:
    """The timers that the machine asked for, by name."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def start(self, timer: str, at_ms: int) -> None:
        """Fires at an absolute time; in the past: as soon as possible."""
        delay = max(0, at_ms - now_ms()) / 1000
        self._handles[timer] = later(max(delay, TICK), partial(self._fired, timer))

    def cancel(self, timer: str) -> None:
        self._handles.pop(timer).cancel()

    def _fired(self, timer: str) -> None:
        self._handles.pop(timer, None)
        self._tell(TimerFired(now_ms(), timer))
