"""From a node function to an activity: rendering, errors, pauses, heartbeats, bounds."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from temporalio.common import RetryPolicy

from activities.kit.context import NodeContext
from activities.kit.errors import InvalidResponse, NodeError, NotFound, RateLimited, ServerError, ValueTooLarge
from activities.kit.runner import check_output
from interpreter.json_value import Json
from interpreter.protocol import Attempt
from tests.activities.kit.running import MOST_BYTES, AnyConfig, Running, running


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as run:
        yield run


async def echo(config: AnyConfig, ctx: NodeContext) -> Json:
    return config.model_dump()


def raising(error: BaseException) -> Any:
    async def fail(config: AnyConfig, ctx: NodeContext) -> Json:
        raise error

    return fail


async def test_the_config_is_rendered_and_shown_beside_the_output(run: Running) -> None:
    scope = {"input": {"n": 7, "list": [1, 2]}}
    result = await run(echo, {"text": "n={{ input.n }}", "number": "{{ input.n }}", "value": "{{ $sum(input.list) }}"}, scope)
    assert result.output == {"text": "n=7", "number": 7, "value": 3} == result.input
    assert (result.attempts, result.port) == (1, "out")


async def test_a_lambda_and_a_regular_expression_render_too(run: Running) -> None:
    config = {"value": "{{ $map(input.list, function($x) { $x * 2 }) }}", "text": "{{ $replace(input.t, /(a+)+$/, 'b') }}"}
    result = await run(echo, config, {"input": {"list": [1, 2], "t": "xaaa"}})
    assert result.output["value"] == [2, 4] and result.output["text"] == "xb"


async def test_expressions_see_the_same_time_and_chance_in_every_attempt(run: Running) -> None:
    config = {"value": ["{{ $now() }}", "{{ $millis() }}", "{{ $random() }}"]}
    first = await run(echo, config)
    run.told(attempt=2)
    second = await run(echo, config)
    assert first.output == second.output and first.output["value"][0].startswith("2026-11-23T10:00:00")
    assert second.attempts == 2


async def test_a_large_config_is_only_counted(run: Running) -> None:
    result = await run(echo, {"text": "{{ input.text }}"}, {"input": {"text": "x" * 20_000}})
    assert result.input.keys() == {"$omitted"} and result.input["$omitted"] > 20_000


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"text": "{{ input.nothing }}"}, "MissingValue"),
        ({"value": "{{ input.text + 1 }}"}, "TypeError"),
        ({"value": "{{ [1..100000000] }}"}, "BudgetExceeded"),
        ({"text": "{{ input.n }}"}, "InvalidConfig"),
        ({"number": "x"}, "InvalidConfig"),
        ({"unknown": 1}, "InvalidConfig"),
    ],
)
async def test_a_config_that_can_not_be_rendered_or_read_is_final(run: Running, config: dict[str, Any], name: str) -> None:
    failure = await run.failure(echo, config, scope={"input": {"text": "canary", "n": 1}})
    assert failure.type == name and failure.non_retryable
    assert "canary" not in failure.message


async def test_the_wrong_field_is_named(run: Running) -> None:
    failure = await run.failure(echo, {"number": "x", "unknown": 1})
    assert "number" in failure.message and "unknown" in failure.message


async def test_an_error_travels_with_its_name_hint_and_details(run: Running) -> None:
    run.told(attempt=2)
    failure = await run.failure(raising(NotFound("not there", "look again", {"status": 404})), {"text": "x"})
    assert (failure.type, failure.message, failure.non_retryable) == ("NotFound", "not there", True)
    [detail] = failure.details
    expected = {"attempts": 2, "retryable": False, "hint": "look again", "details": {"status": 404}}
    assert {key: detail[key] for key in expected} == expected and detail["input"] == {"text": "x"}


async def test_a_defect_shows_its_type_and_nothing_of_its_text(run: Running) -> None:
    with structlog.testing.capture_logs() as logged:
        failure = await run.failure(raising(RuntimeError("canary")))
    assert failure.type == "InternalError" and not failure.non_retryable
    assert "RuntimeError" in failure.message and "canary" not in repr((failure, failure.details, failure.__cause__))
    assert logged[0]["error"] == "RuntimeError" and "test_runner" in str(logged[0]["at"]) and "canary" not in str(logged)


async def test_half_a_character_in_a_message_does_not_break_the_failure(run: Running) -> None:
    failure = await run.failure(raising(NodeError("\ud800" + "x" * 10_000)))
    assert len(failure.message.encode()) <= 2_000


@pytest.mark.parametrize(("asked", "seconds"), [(7.0, 7.0), (0.0, 0.001), (-5.0, 0.001), (10**9, 86_400.0)])
async def test_a_pause_that_the_service_asks_for_is_kept_within_bounds(run: Running, asked: float, seconds: float) -> None:
    failure = await run.failure(raising(RateLimited("slowly", retry_after=asked)))
    assert failure.next_retry_delay == timedelta(seconds=seconds)


async def test_full_jitter_spreads_over_the_grown_interval(run: Running) -> None:
    def bounds(delays: list[float]) -> tuple[bool, bool]:
        return min(delays) > 0, max(delays) - min(delays) > 0

    for attempt, longest in ((1, 1.0), (3, 4.0), (20, 60.0), (5_000, 60.0)):
        run.told(attempt=attempt)
        failures = [await run.failure(raising(ServerError("x"))) for _ in range(20)]
        delays = [failure.next_retry_delay.total_seconds() for failure in failures if failure.next_retry_delay]
        assert bounds(delays) == (True, True) and max(delays) <= longest
        assert max(delays) > longest / 3


async def test_without_jitter_or_retry_temporals_own_policy_decides(run: Running) -> None:
    assert (await run.failure(raising(ServerError("x")), jitter=False)).next_retry_delay is None
    assert (await run.failure(raising(NotFound("x")))).next_retry_delay is None
    run.told(retry_policy=RetryPolicy(initial_interval=timedelta(seconds=2)))
    failure = await run.failure(raising(ServerError("x")))
    assert failure.next_retry_delay is not None and failure.next_retry_delay <= timedelta(seconds=2)


async def test_a_node_that_takes_too_long_ends_by_name_before_temporal_ends_it(run: Running) -> None:
    run.told(start_to_close_timeout=timedelta(seconds=0.4))
    begun = time.monotonic()
    seen: list[float] = []

    async def sleep(config: AnyConfig, ctx: NodeContext) -> Json:
        seen.append(ctx.seconds)
        await asyncio.sleep(30)
        return None

    failure = await run.failure(sleep)
    assert (failure.type, failure.non_retryable) == ("Timeout", False)
    assert time.monotonic() - begun < 10 and seen[0] < 0.38


async def test_a_timeout_error_of_the_nodes_own_is_a_defect(run: Running) -> None:
    assert (await run.failure(raising(TimeoutError()))).type == "InternalError"


async def test_a_cancel_passes_through_the_node(run: Running) -> None:
    begun = asyncio.Event()

    async def wait(config: AnyConfig, ctx: NodeContext) -> Json:
        begun.set()
        await asyncio.sleep(30)
        return None

    task = asyncio.create_task(run(wait, {}))
    await begun.wait()
    run.environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def names(tried: list[Attempt]) -> list[tuple[int, str | None]]:
    return [(one["number"], one["error"] and one["error"]["name"]) for one in tried]


async def test_the_list_of_attempts_goes_from_one_heartbeat_to_the_next_and_into_the_result(run: Running) -> None:
    await run.failure(raising(ServerError("x")))
    assert names(run.beats[-1][0]) == [(1, "ServerError")]
    run.told(attempt=2, heartbeat_details=run.beats[-1])
    error = await run.failure(raising(RateLimited("y")))
    assert names(run.beats[-1][0]) == names(error.details[0]["tried"]) == [(1, "ServerError"), (2, "RateLimited")]
    run.told(attempt=3, heartbeat_details=run.beats[-1])
    tried = (await run(echo, {}, earlier_attempts=4)).tried
    assert names(tried) == [(5, "WorkerLost"), (6, "WorkerLost"), (7, None)], "earlier activities have told theirs"
    assert all(one["started_at"] and one["ended_at"] and "@" in (one["worker"] or "") for one in tried[2:])


async def test_a_long_node_heartbeats_and_a_short_one_does_not(run: Running) -> None:
    run.told(attempt=2, heartbeat_timeout=timedelta(seconds=0.3), heartbeat_details=[["of another version"]])
    await run(echo, {})
    assert run.beats == []

    async def sleep(config: AnyConfig, ctx: NodeContext) -> Json:
        ctx.log("half way")
        await asyncio.sleep(0.45)
        return None

    await run(sleep, {})
    assert len(run.beats) >= 3
    assert names(run.beats[-1][0]) == [(1, "WorkerLost"), (2, None)]
    assert [line["message"] for line in run.beats[0][0][-1]["logs"]] == ["half way"], "lines are told while it runs"


async def test_the_context_says_who_and_where_the_node_is(run: Running) -> None:
    async def tell(config: AnyConfig, ctx: NodeContext) -> Json:
        file = await ctx.files.put(b"x", "x", "text/plain")
        credential = await ctx.credential()
        ctx.log("seen", size=1)
        return [ctx.run_id, ctx.workspace_id, ctx.node_id, ctx.key, ctx.idempotency_key, ctx.attempt, file["$file"]["size"], credential and credential.kind]

    assert (await run(tell, {})).output == ["ws-1", "ws", "n", "n#2", "ws-1:n#2", 1, 1, None]
    assert (await run(tell, {}, credential="shop")).output[-1] == "bearer"


@pytest.mark.parametrize(
    ("output", "error"),
    [
        (float("nan"), InvalidResponse),
        ([float("inf")], InvalidResponse),
        ({"a": b"x"}, InvalidResponse),
        ({1, 2}, InvalidResponse),
        ("\ud800", InvalidResponse),
        ("x" * MOST_BYTES, ValueTooLarge),
    ],
)
async def test_s48_an_output_that_no_run_can_carry_is_a_clear_and_final_error(run: Running, output: Any, error: type[NodeError]) -> None:
    async def give(config: AnyConfig, ctx: NodeContext) -> Json:
        return output

    failure = await run.failure(give)
    assert failure.type == error.name and failure.non_retryable


@pytest.mark.parametrize("output", [None, True, "\U0001f600", {"a": [1, 2.5, "x"]}, "x" * (MOST_BYTES - 2)])
def test_plain_json_of_ordinary_size_is_an_output(output: Json) -> None:
    check_output(output)
    json.dumps(output)
