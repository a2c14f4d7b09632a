"""Python text, run in a process of its own by an interpreter without files, network, environment or clock.

The value leaves that process as JSON text, which its own limits bound: taken over as Python values, a
list that holds itself ten times over, and that again, would fill our memory instead.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_monty import (
    AsyncMonty,
    MontyConversionError,
    MontyCrashedError,
    MontyError,
    MontyRuntimeError,
    MontySyntaxError,
    OSPolicy,
    ResourceLimits,
)

from activities.kit.errors import CodeError, CodeTimeout, InterpreterCrashed, MemoryLimit, NodeError, ValueTooLarge
from interpreter.json_value import Json, JsonObject

MEBIBYTE = 1024 * 1024
OUTPUT = "output"
"""The variable whose value is the node's output."""
MAX_SECONDS = 30
_LONGEST_OUTPUT = 50 * MEBIBYTE
_GRACE_SECONDS = 5.0
_PARTING_SECONDS = 0.1
_RECURSION_DEPTH = 300
_GC_INTERVAL = 10_000
_SUSPENSIONS = 100
"""Names that are not there, and calls that are refused, each ask our process."""
_LARGE = 64 * 1024
_LONGEST_SOURCE = 200
_LONGEST_MESSAGE = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ENDING = "\nNone"
"""Otherwise a last expression would be the value, and leave the process as it is."""
_GIVE = f"import json as _json\n_json.dumps({OUTPUT}, allow_nan=False)[:{_LONGEST_OUTPUT + 1}]"
_EVALUATED = "<string>"
"""Where Python says that a line of `eval` or `exec` stands."""

OnPrint = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """A text to run, and what it may use."""

    code: str
    inputs: JsonObject
    """Variables by name; a name must be a Python identifier."""
    seconds: float
    """Of the processor, for the code itself."""
    memory_bytes: int
    at_ms: int
    """What the clock shows all the time, in milliseconds since 1970."""
    seed: str
    """What `random` draws from."""


class CodeRuntime:
    """The interpreter processes of this worker; the first is started when the first code node runs."""

    def __init__(self) -> None:
        self._pool: AsyncMonty | None = None
        self._starting = asyncio.Lock()

    async def run(self, request: CodeRequest, on_print: OnPrint) -> Json:
        """The value of the variable `output`.

        `on_print` is given every whole printed line. Raises `CodeError`, `CodeTimeout`, `MemoryLimit`,
        `InterpreterCrashed`, `ValueTooLarge`.
        """
        lines = _Lines(on_print)
        try:
            text: Json = await self._in_a_process(request, lines)
        finally:
            lines.end()
        if not isinstance(text, str):
            raise CodeError("the output could not be written as JSON", "leave the module json as it is")
        if len(text) > _LONGEST_OUTPUT:
            raise ValueTooLarge(f"the output takes more than {_LONGEST_OUTPUT} bytes", "give less, or split the work")
        return json.loads(text) if len(text) <= _LARGE else await asyncio.to_thread(json.loads, text)

    async def close(self) -> None:
        """Ends the processes."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.__aexit__(None, None, None)
            # Its threads wake this one while they still hold on to Python: a program that ends in the same
            # moment would be aborted (seen in one of twenty).
            await asyncio.sleep(_PARTING_SECONDS)

    async def _in_a_process(self, request: CodeRequest, lines: "_Lines") -> Json:
        pool = await self._opened()
        try:
            async with pool.checkout(limits=_limits(request), os_policy=_policy(request)) as session:
                await session.feed_run(request.code + _ENDING, inputs=request.inputs, print_callback=lines.add)
                try:
                    given = await session.feed_run(_GIVE, print_callback=_dropped)
                except MontyRuntimeError as error:
                    raise _no_output(error, request) from None
                return given
        except MontyCrashedError as crashed:
            if crashed.timed_out:
                raise _too_slow(request) from None
            hint = "it is started again; if that repeats, look for what in the code may do it"
            raise InterpreterCrashed("the process that ran the code has ended", hint) from None
        except MontyError as error:
            raise _as_node_error(error, request) from None

    async def _opened(self) -> AsyncMonty:
        async with self._starting:
            if self._pool is None:
                # One process for each run: whatever somebody finds in it, nobody else has been there.
                pool = AsyncMonty(
                    min_processes=1, max_checkouts_per_worker=1, request_timeout=MAX_SECONDS + _GRACE_SECONDS
                )
                await pool.__aenter__()
                self._pool = pool
            return self._pool


class _Lines:
    """Puts printed pieces together to lines; nothing of an endless line is kept beyond what is shown."""

    _KEPT = 1_000

    def __init__(self, on_line: OnPrint) -> None:
        self._on_line = on_line
        self._begun = ""

    def add(self, _stream: str, text: str) -> None:
        *whole, rest = text.split("\n")
        for line in whole:
            self._on_line(self._begun + line)
            self._begun = ""
        self._begun = (self._begun + rest)[: self._KEPT]

    def end(self) -> None:
        if self._begun:
            self._on_line(self._begun)
            self._begun = ""


def _dropped(_stream: str, _text: str) -> None:
    pass


def _limits(request: CodeRequest) -> ResourceLimits:
    return {
        "max_memory": request.memory_bytes,
        "max_feed_duration_secs": request.seconds,
        "max_turn_duration_secs": request.seconds,
        "max_recursion_depth": _RECURSION_DEPTH,
        "max_suspensions": _SUSPENSIONS,
        "max_total_sleep_secs": 0.0,
        "gc_interval": _GC_INTERVAL,
    }


def _policy(request: CodeRequest) -> OSPolicy:
    """A retry sees the same time and draws the same numbers."""
    return {
        "datetime": _EPOCH + timedelta(milliseconds=request.at_ms),
        "timezone": "utc",
        "sleep": "zero",
        "process_time": "zero",
        "random_start": {"seed": request.seed},
    }


def _no_output(error: MontyRuntimeError, request: CodeRequest) -> NodeError:
    """Why the variable can't be given: it is not there, or no JSON."""
    reason = error.exception()
    if isinstance(reason, NameError):
        return CodeError(f"the code sets no variable {OUTPUT}", f"end it with {OUTPUT} = …")
    if isinstance(reason, TypeError | ValueError | RecursionError):
        message = f"{OUTPUT} is no JSON: {_first_words(error)}"
        return CodeError(message, "make it of dict, list, str, int, float, bool and None")
    return _as_node_error(error, request)


def _as_node_error(error: MontyError, request: CodeRequest) -> NodeError:
    reason = error.exception()
    frames = error.traceback() if isinstance(error, MontyRuntimeError | MontySyntaxError) else []
    if isinstance(reason, TimeoutError) and not frames:
        return _too_slow(request)
    if isinstance(reason, MemoryError):
        allowed = request.memory_bytes // MEBIBYTE
        return MemoryLimit(f"the code takes more than {allowed} MB of memory", "work on less at a time, or raise max_memory_mb")
    if isinstance(error, MontyConversionError):
        return CodeError(f"an input can't be handed over: {_first_words(error)}")
    kind = type(reason).__name__
    place = next((frame for frame in reversed(frames) if frame.filename != _EVALUATED), None)
    if place is None:
        return CodeError(f"{kind}: {_first_words(error)}", details={"error": kind})
    lines = request.code.split("\n")
    line = min(place.line, len(lines))
    details: dict[str, Any] = {"line": line, "source": lines[line - 1][:_LONGEST_SOURCE], "error": kind}
    return CodeError(f"line {line}: {kind}: {_first_words(error)}", details=details)


def _first_words(error: MontyError) -> str:
    return str(error.exception())[:_LONGEST_MESSAGE]


def _too_slow(request: CodeRequest) -> NodeError:
    return CodeTimeout(f"the code takes longer than {request.seconds:g} s", "work on less at a time, or raise max_seconds")


__all__ = ["MAX_SECONDS", "MEBIBYTE", "CodeRequest", "CodeRuntime"]
