"""Heartbeats of a running node: they keep it alive, bring it a cancel, and tell its trail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

from activities.kit.trail import Trail

_SHARE = 3
"""Beats per heartbeat timeout: two may be lost."""
_CANCEL_SECONDS = 2.0
"""A cancel reaches an activity only as the answer to a heartbeat."""
_LOOK_SECONDS = 1.0
"""So often new lines are told."""


@asynccontextmanager
async def beating(trail: Trail) -> AsyncIterator[None]:
    """Heartbeats in the background."""
    timeout = activity.info().heartbeat_timeout
    if timeout is None:
        yield
        return
    beat = asyncio.create_task(_beat(min(timeout.total_seconds() / _SHARE, _CANCEL_SECONDS), trail))
    try:
        yield
    finally:
        beat.cancel()


async def _beat(pause: float, trail: Trail) -> None:
    # Most nodes are done before the first beat is due; those pay nothing.
    look = min(pause, _LOOK_SECONDS)
    silent, told = 0.0, 0
    while True:
        await asyncio.sleep(look)
        silent += look
        if len(trail.lines) > told or silent >= pause:
            activity.heartbeat(trail.told())
            silent, told = 0.0, len(trail.lines)
