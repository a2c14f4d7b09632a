"""Interpreter processes for code: what comes out, what it costs others, and how they end."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from activities.kit.code_runtime import MEBIBYTE, CodeRequest, CodeRuntime
from activities.kit.errors import CodeError, CodeTimeout, InterpreterCrashed, MemoryLimit, NodeError

NOON = 1_795_608_000_000
"""2026-11-25T12:00:00Z"""


@pytest.fixture(scope="module")
async def runtime() -> AsyncIterator[CodeRuntime]:
    made = CodeRuntime()
    yield made
    await made.close()


async def run(runtime: CodeRuntime, code: str, lines: list[str] | None = None, **changed: Any) -> Any:
    request = {"inputs": {}, "seconds": 1.0, "memory_bytes": 32 * MEBIBYTE, "at_ms": NOON, "seed": "run:node", **changed}
    return await runtime.run(CodeRequest(code=code, **request), (lines if lines is not None else []).append)


async def failure(runtime: CodeRuntime, code: str, **changed: Any) -> NodeError:
    with pytest.raises(NodeError) as failed:
        await run(runtime, code, **changed)
    return failed.value


def processes() -> list[int]:
    """The interpreter processes that this process has started."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"PPid:\t{os.getpid()}\n" in (entry / "status").read_text():
                command = (entry / "cmdline").read_bytes().split(b"\0")[0]
                found += [int(entry.name)] if Path(command.decode()).name == "monty" else []
        except OSError:
            continue
    return found


async def test_the_value_of_output_comes_back_as_json(runtime: CodeRuntime) -> None:
    code = "total = 0\nfor one in items:\n    total += one['price']\noutput = {'total': total, 'pair': (1, None), 'ok': True}"
    assert await run(runtime, code, inputs={"items": [{"price": 2}, {"price": 2.5}]}) == {"total": 4.5, "pair": [1, None], "ok": True}


async def test_text_of_any_language_passes_both_ways(runtime: CodeRuntime) -> None:
    assert await run(runtime, "output = word + '…'", inputs={"word": "grüße 日本 🎉"}) == "grüße 日本 🎉…"


async def test_integers_of_any_length_stay_exact(runtime: CodeRuntime) -> None:
    assert await run(runtime, "output = n + 1", inputs={"n": 2**70}) == 2**70 + 1


async def test_the_last_expression_is_not_the_output(runtime: CodeRuntime) -> None:
    error = await failure(runtime, "1 + 1")
    assert isinstance(error, CodeError) and "sets no variable output" in error.message and "output =" in (error.hint or "")


@pytest.mark.parametrize("value", ["{1, 2}", "b'x'", "float('nan')", "lambda: 1", "{(1, 2): 3}", "__import__", "print"])
async def test_an_output_that_is_no_json_is_a_clear_error(runtime: CodeRuntime, value: str) -> None:
    assert isinstance(await failure(runtime, f"output = {value}"), CodeError)


async def test_an_output_that_holds_itself_is_a_clear_error(runtime: CodeRuntime) -> None:
    error = await failure(runtime, "output = []\noutput.append(output)")
    assert isinstance(error, CodeError) and "no JSON" in error.message


async def test_printed_lines_arrive_whole_and_in_order(runtime: CodeRuntime) -> None:
    lines: list[str] = []
    await run(runtime, "print('one', 2)\nprint('a', end='')\nprint('b')\nprint('no end', end='')\noutput = 0", lines)
    assert lines == ["one 2", "ab", "no end"]


async def test_what_was_printed_before_a_mistake_arrives_too(runtime: CodeRuntime) -> None:
    lines: list[str] = []
    with pytest.raises(CodeError):
        await run(runtime, "print('so far')\n1/0", lines)
    assert lines == ["so far"]


async def test_a_mistake_names_its_line_and_shows_it(runtime: CodeRuntime) -> None:
    error = await failure(runtime, "def share(a, b):\n    return a / b\n\noutput = share(1, 0)")
    assert isinstance(error, CodeError) and not error.retryable
    assert error.message == "line 2: ZeroDivisionError: division by zero"
    assert error.details == {"line": 2, "source": "    return a / b", "error": "ZeroDivisionError"}


@pytest.mark.parametrize(
    ("code", "line"),
    [("x = 1\ny = = 2", 2), ("x = (1,\n", 2), ("if True:\nx = 1", 2), ("output = '''abc", 1), ("output = 1 \\", 1), ("yield 1", 1)],
)
async def test_text_that_is_no_python_names_its_line(runtime: CodeRuntime, code: str, line: int) -> None:
    error = await failure(runtime, code)
    assert isinstance(error, CodeError) and isinstance(error.details, dict) and error.details["line"] == line


async def test_an_error_that_the_code_raises_by_itself_is_a_code_error(runtime: CodeRuntime) -> None:
    error = await failure(runtime, "if True:\n    raise TimeoutError('mine')")
    assert isinstance(error, CodeError) and error.message == "line 2: TimeoutError: mine"


async def test_the_clock_stands_and_chance_repeats_for_every_attempt(runtime: CodeRuntime) -> None:
    code = "import datetime, random, time\ntime.sleep(9)\noutput = [str(datetime.datetime.now()), time.time(), random.random()]"
    first, second, other = [await run(runtime, code, seed=seed) for seed in ("a", "a", "b")]
    assert first == second and first[:2] == ["2026-11-25 12:00:00", NOON / 1000] and other[2] != first[2]


async def test_nothing_is_left_for_the_next_run(runtime: CodeRuntime) -> None:
    await run(runtime, "import json\nsecret = 4711\noutput = 1")
    assert isinstance(await failure(runtime, "output = secret"), CodeError)


async def test_an_endless_loop_ends_in_time_and_nothing_else_waits_for_it(runtime: CodeRuntime) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    begun = time.monotonic()
    error = await failure(runtime, "while True: pass")
    ticking.cancel()
    assert isinstance(error, CodeTimeout) and not error.retryable and "max_seconds" in (error.hint or "")
    assert 0.9 < time.monotonic() - begun < 4
    assert ticks > 50


async def test_several_codes_run_at_the_same_time(runtime: CodeRuntime) -> None:
    code = "n = 0\nfor i in range(200000): n += i\noutput = n"
    results = await asyncio.gather(*(run(runtime, code, seconds=20.0) for _ in range(6)))
    assert results == [sum(range(200_000))] * 6


async def test_a_process_that_dies_is_a_failure_worth_a_retry(runtime: CodeRuntime) -> None:
    await run(runtime, "output = 1")
    running = asyncio.create_task(failure(runtime, "while True: pass", seconds=20.0))
    await asyncio.sleep(0.4)
    for process in processes():
        os.kill(process, signal.SIGKILL)
    error = await asyncio.wait_for(running, 5)
    assert isinstance(error, InterpreterCrashed) and error.retryable
    assert await run(runtime, "output = 'alive'") == "alive"


async def test_a_cancelled_run_stops_at_once_and_frees_its_process() -> None:
    runtime = CodeRuntime()
    running = asyncio.create_task(run(runtime, "while True: pass", seconds=30.0))
    await asyncio.sleep(0.4)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 2)
    assert await asyncio.wait_for(run(runtime, "output = 1"), 5) == 1
    await runtime.close()


async def test_no_process_is_started_before_the_first_code_and_none_is_left_after_the_last() -> None:
    before = {*processes()}
    runtime = CodeRuntime()
    assert {*processes()} <= before
    running = asyncio.create_task(failure(runtime, "while True: pass"))
    await asyncio.sleep(0.5)
    started = {*processes()} - before
    assert started
    await running
    await runtime.close()
    await runtime.close()
    deadline = time.monotonic() + 5
    while started & {*processes()} and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert not started & {*processes()}


@pytest.mark.parametrize("count", [1_000, 100_000])
async def test_a_large_output_comes_back_whole(runtime: CodeRuntime, count: int) -> None:
    assert await run(runtime, f"output = list(range({count}))", seconds=10.0) == list(range(count))


async def test_more_memory_than_allowed_is_its_own_error(runtime: CodeRuntime) -> None:
    error = await failure(runtime, "a = []\nwhile True: a.append('x' * 1000)")
    assert isinstance(error, MemoryLimit) and not error.retryable and "32 MB" in error.message
