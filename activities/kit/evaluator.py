"""Evaluates expressions beside the runs: what takes a moment here, everything else in processes of its own.

The budget of an expression is counted, never timed, so that it means the same everywhere. The time limit is for
what the counting has overlooked: the process is ended, the run sees an error, and nobody else has noticed.
"""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict

from activities.kit.evaluating import Rendering, failure_of, rendered_quickly
from activities.kit.evaluator_process import read_frame, write_frame
from interpreter.expressions import EvaluationError, ExpressionBudget
from interpreter.json_value import Json, JsonObject

MOST_SECONDS = 10.0
_MOST_PROCESSES = 4
_LARGE = 8 * 1024 * 1024
"""A process that has held more is ended afterwards: Python keeps the memory that it once had."""
_ENDING_SECONDS = 2.0
_COMMAND = (sys.executable, "-P", "-m", "activities.kit.evaluator_process")


class Evaluator:
    """The evaluating processes of one worker; the first is started for the first expression that needs it."""

    def __init__(self, seconds: float = MOST_SECONDS, processes: int | None = None) -> None:
        self._seconds = seconds
        # One core is left to the worker itself.
        self._places = asyncio.Semaphore(processes or max(1, min(_MOST_PROCESSES, (os.cpu_count() or 1) - 1)))
        self._idle: list[subprocess.Popen[bytes]] = []

    async def value(self, asked: Rendering) -> Json:
        """What is rendered; raises `ExpressionFailure`, of which `ExpressionBudget` for too much of anything."""
        try:
            return await asyncio.to_thread(rendered_quickly, asked)
        except ExpressionBudget:
            return await self._in_a_process(asked)

    async def close(self) -> None:
        """Ends the processes."""
        idle, self._idle = self._idle, []
        for process in idle:
            await asyncio.to_thread(_end, process)

    async def _in_a_process(self, asked: Rendering) -> Json:
        request = await asyncio.to_thread(lambda: json.dumps(asdict(asked)).encode())
        async with self._places:
            process = self._idle.pop() if self._idle else await asyncio.to_thread(_start)
            exchange = asyncio.ensure_future(asyncio.to_thread(_exchange, process, request))
            try:
                answer = await asyncio.wait_for(asyncio.shield(exchange), self._seconds)
            except TimeoutError:
                raise _too_long(self._seconds) from None
            finally:
                # Given up half-way it would answer the next one with the value of this one.
                if exchange.done() and exchange.exception() is None and len(request) < _LARGE:
                    self._idle.append(process)
                else:
                    process.kill()
                    await asyncio.to_thread(_end, process)
                    await asyncio.gather(exchange, return_exceptions=True)
        if "failure" in answer:
            raise failure_of(answer["failure"])
        return answer["value"]


def _too_long(seconds: float) -> ExpressionBudget:
    return ExpressionBudget(f"the expression takes longer than {seconds:g} s", "work on less data at a time, or use a code node")


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> JsonObject:
    assert process.stdin is not None and process.stdout is not None
    try:
        write_frame(process.stdin, request)  # type: ignore[arg-type]
        answer = read_frame(process.stdout)  # type: ignore[arg-type]
    except OSError:
        answer = None
    if answer is None:
        raise EvaluationError("the process that evaluated the expression has ended", "work on less data at a time, or use a code node")
    decoded: JsonObject = json.loads(answer)
    return decoded


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and waits for it; one that has nothing to do ends with its input."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None and process.poll() is None:
            try:
                pipe.close()
            except OSError:
                continue
    try:
        process.wait(_ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
