"""The activities beside the nodes: costly expressions, and plans by their hash."""

import json
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.kit.api_client import ApiClient
from activities.kit.evaluate import evaluate_activity
from activities.kit.keys import KeyRing
from activities.kit.large_values import LargeValues
from activities.kit.object_stores import FolderStore
from activities.kit.payload_storage import PayloadStorage
from activities.kit.plans import plan_activity
from activities.kit.settings import KitSettings
from interpreter.packing import unpack_text
from interpreter.plan import plan_hash
from interpreter.protocol import Evaluation, EvaluationResult


async def evaluated(template: Any, scope: dict[str, Any] | None = None, **more: Any) -> EvaluationResult:
    evaluation = Evaluation(template, scope or {}, 1_000, "seed", run_id="ws-1", workspace_id="ws", **more)
    with tempfile.TemporaryDirectory() as folder:
        values = LargeValues(PayloadStorage(FolderStore(Path(folder))), KeyRing({"k": b"x" * 32}), 1024 * 1024)
        result: EvaluationResult = await ActivityEnvironment().run(evaluate_activity(values), evaluation)
    return result


async def test_the_parts_of_a_list_are_put_together_and_are_no_templates() -> None:
    assert await evaluated([[1, "{{ input }}"], [], [2]], kind="gather") == EvaluationResult([1, "{{ input }}", 2])


async def test_a_data_node_is_evaluated_as_a_whole() -> None:
    config = {"items": "{{ input }}", "condition": "{{ $contains(item, /^a/) }}"}
    assert await evaluated(config, {"input": ["ab", "b"]}, kind="transform", type="core.filter@1") == EvaluationResult(["ab"])


async def test_items_are_a_list_also_with_one_match() -> None:
    scope = {"input": {"list": [{"n": 1}, {"n": 2}]}}
    assert await evaluated("{{ input.list[n > 1] }}", scope, kind="items") == EvaluationResult([{"n": 2}])
    assert await evaluated("{{ input.list[n > 9] }}", scope, kind="items") == EvaluationResult([])


async def test_a_lambda_over_many_items_is_evaluated() -> None:
    result = await evaluated("{{ $sum($map(input.list, function($x) { $x * 2 })) }}", {"input": {"list": list(range(1_000))}})
    assert result == EvaluationResult(999_000)


async def test_a_regular_expression_takes_linear_time() -> None:
    result = await evaluated("{{ $contains(input.t, /(a+)+$/) }}", {"input": {"t": "a" * 5_000 + "!"}})
    assert result == EvaluationResult(False)


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{{ input.nothing }}", "MissingValue"),
        ("{{ 1 + 'a' }}", "TypeError"),
        ("{{ $pad('a', 100000000) }}", "BudgetExceeded"),
        ("{{ $pad('a', 2000000) }}", "ValueTooLarge"),
        ("{{ $error('x') }}", "ExpressionError"),
    ],
)
async def test_what_goes_wrong_is_an_answer_and_no_failure(template: str, name: str) -> None:
    result = await evaluated(template, {"input": {}})
    assert result.error is not None and result.error["name"] == name


async def test_time_and_chance_are_the_runs_own() -> None:
    first, second = [await evaluated("{{ [$millis(), $random()] }}") for _ in range(2)]
    assert first == second and first.value[0] == 1_000


async def loaded(home: Path, answer: httpx.Response, asked: str) -> Any:
    async with ApiClient(KitSettings(home=home), httpx.MockTransport(lambda _: answer)) as api:
        return await ActivityEnvironment().run(plan_activity(api), {"hash": asked, "workspace_id": "ws"})


async def test_a_plan_is_loaded_by_its_hash(tmp_path: Path) -> None:
    text = json.dumps({"nodes": ["x" * 1000]})
    assert unpack_text(await loaded(tmp_path, httpx.Response(200, text=text), plan_hash(text))) == text


@pytest.mark.parametrize(("status", "text"), [(404, ""), (403, ""), (200, '{"another": "plan"}')])
async def test_a_plan_that_is_not_the_right_one_is_refused(tmp_path: Path, status: int, text: str) -> None:
    with pytest.raises(ApplicationError) as refused:
        await loaded(tmp_path, httpx.Response(status, text=text), plan_hash("{}"))
    assert refused.value.type == "PlanUnreadable"
    assert refused.value.non_retryable is (status == 404)
