"""What the person at the terminal reads while something takes its time."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TextIO

_PATIENCE = 2.0
_TICK_TERMINAL = 0.2
_TICK_PLAIN = 15.0
_SPINNER = "|/-\\"


class Narrator:
    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._terminal = self._stream.isatty()

    def say(self, text: str = "") -> None:
        # The terminal may be gone already (closed window, ended pipe); that must not stop the product.
        with suppress(OSError, ValueError):
            print(text, file=self._stream, flush=True)

    @asynccontextmanager
    async def working(self, what: str) -> AsyncIterator[None]:
        """Say `what`, and show that time passes when it takes longer than two seconds."""
        self.say(f"{what} ...")
        clock = asyncio.create_task(self._tick(what))
        try:
            yield
        finally:
            clock.cancel()
            with suppress(asyncio.CancelledError):
                await clock
            if self._terminal:
                self._rewrite("")

    async def _tick(self, what: str) -> None:
        started = time.monotonic()
        await asyncio.sleep(_PATIENCE)
        turn = 0
        while True:
            elapsed = int(time.monotonic() - started)
            if self._terminal:
                self._rewrite(f"  {_SPINNER[turn % len(_SPINNER)]} {what} ({elapsed} s)")
            else:
                self.say(f"  still at it after {elapsed} s: {what}")
            turn += 1
            await asyncio.sleep(_TICK_TERMINAL if self._terminal else _TICK_PLAIN)

    def _rewrite(self, text: str) -> None:
        with suppress(OSError, ValueError):
            print(f"\r\033[K{text}", end="", file=self._stream, flush=True)
