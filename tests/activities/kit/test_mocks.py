"""Each kind of mock, one attempt at a time."""

from typing import Any

import pytest

from activities.kit.errors import InvalidConfig
from activities.kit.evaluator import Evaluator
from activities.kit.mocks import MockedError, mock_output
from interpreter.expressions import ExpressionFailure
from interpreter.protocol import NodeCall


async def mocked(mock: Any, attempt: int = 1) -> Any:
    call = NodeCall("ws-1", "ws", "a", "a", "core.http_request@1", {}, {"input": {"n": 2}}, mock=mock)
    return await mock_output(call, {"url": "http://x.example"}, attempt, 0, Evaluator())


async def test_an_output_is_the_output() -> None:
    assert await mocked({"output": {"n": 1}}) == {"n": 1}
    assert await mocked({"output": None}) is None


async def test_an_error_is_raised_with_its_name_and_may_be_worth_a_retry() -> None:
    with pytest.raises(MockedError) as raised:
        await mocked({"error": {"name": "RateLimited", "message": "slow down", "retryable": True}})
    assert (raised.value.name, raised.value.message, raised.value.retryable) == ("RateLimited", "slow down", True)


async def test_a_sequence_gives_one_entry_to_each_attempt_and_the_last_to_all_others() -> None:
    mock = {"sequence": [{"error": {"name": "Broken"}}, {"output": "second"}]}
    with pytest.raises(MockedError):
        await mocked(mock, 1)
    assert [await mocked(mock, attempt) for attempt in (2, 3)] == ["second", "second"]


async def test_an_expression_sees_the_scope_and_the_rendered_config() -> None:
    assert await mocked({"expression": "{{ config.url & '/' & input.n }}"}) == "http://x.example/2"
    with pytest.raises(ExpressionFailure):
        await mocked({"expression": "{{ input.no.way }}"})


@pytest.mark.parametrize("mock", [{}, {"sequence": []}, {"error": "Broken"}, 7, {"expression": 1}])
async def test_a_mock_of_no_known_kind_is_refused(mock: Any) -> None:
    with pytest.raises(InvalidConfig):
        await mocked(mock)
