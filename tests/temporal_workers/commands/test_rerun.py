"""`holdfast rerun`, as a request to the product."""

import json

import httpx
import pytest

from temporal_workers.commands.rerun import rerun
from tests.temporal_workers.commands.fake_product import RUN, FakeProduct

BEGUN = {
    "id": "ws-again",
    "reuse": [
        {"key": "a", "reused": True, "code": "reused", "reason": "nothing before it runs anew"},
        {"key": "b", "reused": False, "code": "not_succeeded", "reason": "it has failed"},
    ],
    "continues": ["ws-caller"],
}


class Repeating(FakeProduct):
    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(202, json=BEGUN)


def test_a_rerun_says_what_runs_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    product = Repeating()
    code = rerun(RUN, "b", "3", input='{"n": 2}', overrides='{"a": 1}', alone=True, product=product.connect())
    assert code == 0
    [request] = product.requests
    assert request.url.path.endswith(f"/runs/{RUN}/rerun")
    assert json.loads(request.content) == {
        "from": "b",
        "definition": 3,
        "input": {"n": 2},
        "overrides": {"a": 1},
        "alone": True,
    }
    said = capsys.readouterr().out
    assert "1 of 2 nodes are reused" in said and "b runs: it has failed" in said and "ws-caller goes on" in said


def test_input_that_is_no_json_is_not_sent(capsys: pytest.CaptureFixture[str]) -> None:
    product = Repeating()
    assert rerun(RUN, "start", "original", input="{", product=product.connect()) == 1
    assert product.requests == [] and "--input" in capsys.readouterr().err
