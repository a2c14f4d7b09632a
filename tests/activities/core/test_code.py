"""The code node as a worker runs it: config, inputs, output, log, errors."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.core import nodes
from activities.core.spec import NODE_TYPES
from activities.kit.context import MAX_LINE_CHARACTERS, MAX_LOG_LINES
from activities.kit.node import implementations_in
from interpreter.catalog import Catalog
from interpreter.finding import Finding
from interpreter.json_value import JsonObject
from interpreter.protocol import NodeCall, NodeResult
from interpreter.validation import check
from tests.activities.kit.running import Running, running

CODE = next(one for one in NODE_TYPES if one.id == "core.code@1")
IMPLEMENTATION = next(one for one in implementations_in(nodes) if one.type_id == CODE.id)


@pytest.fixture
async def environment(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as made:
        yield made
        await made.runner._code.close()


async def run(environment: Running, config: JsonObject, scope: JsonObject | None = None, key: str = "n") -> NodeResult:
    activity = environment.runner.activity_of(IMPLEMENTATION, CODE)
    call = NodeCall("ws-1", "ws", "n", key, CODE.id, config, scope or {})
    result: NodeResult = await environment.environment.run(activity, call)
    return result


async def failure(environment: Running, config: JsonObject) -> tuple[ApplicationError, JsonObject]:
    with pytest.raises(ApplicationError) as failed:
        await run(environment, config)
    return failed.value, failed.value.details[0]


def findings(config: JsonObject) -> list[Finding]:
    node = {"id": "n", "type": "core.code@1", "config": config}
    return check({"format": 1, "name": "x", "nodes": [node], "edges": []}, Catalog(NODE_TYPES)).findings


async def test_inputs_are_rendered_and_the_output_is_the_plain_value(environment: Running) -> None:
    config = {"code": "output = [one['id'] for one in orders if one['total'] > least]", "inputs": {"orders": "{{ nodes.fetch.body }}", "least": 10}}
    scope = {"nodes": {"fetch": {"body": [{"id": "a", "total": 5}, {"id": "b", "total": 15}]}}}
    assert (await run(environment, config, scope)).output == ["b"]


async def test_printed_lines_are_the_log_of_the_result(environment: Running) -> None:
    result = await run(environment, {"code": "print('one')\nprint('two')\noutput = None"})
    assert [(line["level"], line["message"]) for line in result.tried[-1]["logs"]] == [("info", "one"), ("info", "two")]
    assert all(line["at"].endswith("Z") and len(line["at"]) == 24 for line in result.tried[-1]["logs"])


async def test_printed_lines_travel_with_a_failure_too(environment: Running) -> None:
    error, detail = await failure(environment, {"code": "print('so far')\n\noutput = {}['gone']"})
    assert (error.type, error.non_retryable) == ("CodeError", True)
    assert error.message == "line 3: KeyError: 'gone'"
    assert detail["details"] == {"line": 3, "source": "output = {}['gone']", "error": "KeyError"}
    assert [line["message"] for line in detail["tried"][-1]["logs"]] == ["so far"]


async def test_a_log_without_end_is_cut_and_says_so(environment: Running) -> None:
    result = await run(environment, {"code": "for i in range(100000): print(i, 'x' * 5000)\noutput = 'done'"})
    assert result.output == "done"
    lines = result.tried[-1]["logs"]
    assert len(lines) == MAX_LOG_LINES + 1 and "left out" in lines[-1]["message"]
    assert {len(line["message"]) for line in lines[:-1]} == {MAX_LINE_CHARACTERS}


async def test_limits_are_errors_that_no_retry_repeats(environment: Running) -> None:
    slow, _ = await failure(environment, {"code": "while True: pass", "max_seconds": 0.2})
    large, _ = await failure(environment, {"code": "output = 'x' * 10 ** 9", "max_memory_mb": 8})
    assert [(one.type, one.non_retryable) for one in (slow, large)] == [("CodeTimeout", True), ("MemoryLimit", True)]
    assert {slow.type, large.type, "CodeError"} <= {*CODE.final_errors}


async def test_every_attempt_sees_the_same_time_and_the_same_chance(environment: Running) -> None:
    config = {"code": "import datetime, random\noutput = [str(datetime.datetime.now()), random.random()]"}
    first = await run(environment, config)
    environment.told(attempt=2, current_attempt_scheduled_time=environment.environment.info.scheduled_time + timedelta(hours=1))
    second = await run(environment, config)
    other = await run(environment, config, key="n#1")
    assert first.output == second.output and first.output[0] == "2026-11-23 10:00:00"
    assert other.output[1] != first.output[1]


@pytest.mark.parametrize(
    ("config", "where"),
    [
        ({}, "/nodes/0/config/code"),
        ({"code": ""}, "/nodes/0/config/code"),
        ({"code": "output = 1", "max_seconds": 31}, "/nodes/0/config/max_seconds"),
        ({"code": "output = 1", "max_memory_mb": 4}, "/nodes/0/config/max_memory_mb"),
        ({"code": "output = 1", "inputs": {"a b": 1}}, "/nodes/0/config/inputs"),
        ({"code": "output = 1", "inputs": {"class": 1}}, "/nodes/0/config/inputs"),
        ({"code": "output = 1", "inputs": {"_json": 1}}, "/nodes/0/config/inputs"),
        ({"code": "output = 1", "language": "js"}, "/nodes/0/config/language"),
    ],
)
def test_a_config_that_can_never_run_is_a_finding(config: JsonObject, where: str) -> None:
    assert [one.path for one in findings(config) if one.path.startswith(where)]


async def test_braces_in_the_code_are_no_expressions(environment: Running) -> None:
    code = "pair = {{1, 2} == {2, 1}: 'x'} if False else 0\noutput = f'{{{word}}} {{{{ input.a }}}}'"
    config: JsonObject = {"code": code, "inputs": {"word": "{{ input.w }}"}}
    assert (await run(environment, config, {"input": {"w": "w"}})).output == "{w} {{ input.a }}"
    assert findings(config) == []
    assert findings({"code": "output = '{{ nodes.gone.x }} {{ never closed'"}) == []


def test_expressions_in_inputs_and_limits_are_no_findings() -> None:
    config: dict[str, Any] = {"code": "output = a", "inputs": {"a": "{{ input.a }}"}, "max_seconds": "{{ vars.seconds }}"}
    assert findings(config) == []
