import json

import pytest

from temporal_workers.commands.runs import runs
from tests.temporal_workers.commands.fake_product import FakeProduct

_ITEM = {
    "id": "ws-01", "workflow_id": "wf_1", "version": None, "status": "failed", "created_at": "2026-11-01T10:00:00Z", "ended_at": None
}  # fmt: skip


def test_runs_are_listed_with_their_status(capsys: pytest.CaptureFixture[str]) -> None:
    product = FakeProduct(runs=[_ITEM])
    assert runs(limit=5, status="failed", product=product.connect()) == 0
    said = capsys.readouterr().out
    assert "ws-01" in said and "failed" in said and "draft" in said
    assert dict(product.requests[0].url.params) == {"limit": "5", "status": "failed"}


def test_an_empty_list_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert runs(limit=5, status=None, product=FakeProduct().connect()) == 0
    assert "holdfast run" in capsys.readouterr().out


def test_runs_as_json_are_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert runs(limit=5, status=None, as_json=True, product=FakeProduct(runs=[_ITEM]).connect()) == 0
    assert json.loads(capsys.readouterr().out) == [_ITEM]


def test_a_refusal_is_told_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert runs(limit=5, status=None, product=FakeProduct().connect(key="wrong")) == 1
    assert "401" in capsys.readouterr().err
