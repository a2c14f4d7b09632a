"""Heartbeats of a running node, and the list of its attempts that they carry from one to the next."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

_MOST_KEPT = 50
_SHARE = 3
"""Beats per heartbeat timeout: two may be lost."""


def earlier_attempts() -> list[str]:
    """The error names of earlier attempts, as the last heartbeat told."""
    details = activity.info().heartbeat_details
    return [str(name) for name in details[0]] if details and isinstance(details[0], list) else []


@asynccontextmanager
async def beating(attempts: list[str]) -> AsyncIterator[None]:
    """Heartbeats in the background: a cancel reaches an activity only as the answer to one."""
    timeout = activity.info().heartbeat_timeout
    if timeout is None:
        yield
        return
    beat = asyncio.create_task(_beat(timeout.total_seconds() / _SHARE, attempts))
    try:
        yield
    finally:
        beat.cancel()


async def _beat(pause: float, attempts: list[str]) -> None:
    # Most nodes are done before the first beat is due; those pay nothing.
    while True:
        await asyncio.sleep(min(pause, 1.0))
        activity.heartbeat(attempts[-_MOST_KEPT:])
