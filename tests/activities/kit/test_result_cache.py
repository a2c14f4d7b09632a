"""Nodes with a cache take the output of an equal call, and never need the cache."""

import json
from pathlib import Path
from typing import Any

import httpx

from activities.kit.context import NodeContext
from activities.kit.result_cache import LARGEST
from tests.activities.kit.running import Running, running

DAY = 86_400_000


class FakeResults:
    """Keeps what it is told, by digest and credential."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str | None], str] = {}
        self.asked: list[str] = []
        self.down = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("away")
        told = json.loads(request.content)
        self.asked.append(request.url.path.removeprefix("/internal/v1"))
        place = told["digest"], told["credential"]
        if request.url.path.endswith("/find"):
            found = self.kept.get(place)
            return httpx.Response(200, json={} if found is None else {"text": found, "cached_at": "2026-01-01T00:00:00.000Z"})
        self.kept[place] = told["text"]
        return httpx.Response(200, json={})


class Counting:
    """A node that says how often it was called."""

    def __init__(self, output: Any = None) -> None:
        self.calls = 0
        self.output = output

    async def __call__(self, config: Any, ctx: NodeContext) -> Any:
        self.calls += 1
        return self.output if self.output is not None else {"call": self.calls, "text": config.text}


async def twice(node: Running, function: Counting, first: dict[str, Any], second: dict[str, Any], **call: Any) -> list[Any]:
    return [(await node(function, config, **{"cache_ms": DAY, **call})) for config in (first, second)]


async def test_an_equal_call_is_answered_from_the_cache_and_says_when_it_was_made(tmp_path: Path) -> None:
    async with running(tmp_path, FakeResults()) as node:
        function = Counting()
        one, two = await twice(node, function, {"text": "{{ 'a' & 'b' }}"}, {"text": "ab"})
    assert function.calls == 1
    assert one.output == two.output == {"call": 1, "text": "ab"}
    assert (one.cached_at, two.cached_at) == (None, "2026-01-01T00:00:00.000Z")


async def test_another_config_and_another_credential_are_other_calls(tmp_path: Path) -> None:
    async with running(tmp_path, FakeResults()) as node:
        function = Counting()
        await twice(node, function, {"text": "a"}, {"text": "b"})
        await twice(node, function, {"text": "a"}, {"text": "a"}, credential="shop")
    assert function.calls == 3


async def test_without_a_time_to_live_and_for_mocks_nobody_is_asked(tmp_path: Path) -> None:
    results = FakeResults()
    async with running(tmp_path, results) as node:
        function = Counting()
        await twice(node, function, {"text": "a"}, {"text": "a"}, cache_ms=0)
        await twice(node, function, {"text": "a"}, {"text": "a"}, mock={"output": 1})
    assert function.calls == 2 and results.asked == []


async def test_a_cache_that_is_away_costs_a_call_and_nothing_else(tmp_path: Path) -> None:
    results = FakeResults()
    results.down = True
    async with running(tmp_path, results) as node:
        function = Counting()
        result = await node(function, {"text": "a"}, cache_ms=DAY)
    assert (function.calls, result.output["text"]) == (1, "a")


async def test_what_is_large_or_refers_to_a_file_is_not_kept(tmp_path: Path) -> None:
    for output in ({"text": "x" * LARGEST}, {"a": {"$file": {"hash": "a" * 64}}}):
        results = FakeResults()
        async with running(tmp_path, results) as node:
            await node(Counting(output), {}, cache_ms=DAY)
        assert results.kept == {}
