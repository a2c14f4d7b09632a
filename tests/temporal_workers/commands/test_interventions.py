"""What the command line tells a run, as requests to the product."""

import json
from pathlib import Path

import httpx
import pytest

from temporal_workers.commands.interventions import answer, decide, pause, skip
from tests.temporal_workers.commands.fake_product import RUN, FakeProduct


@pytest.fixture
def product() -> FakeProduct:
    return FakeProduct()


def sent(product: FakeProduct) -> list[tuple[str, object]]:
    """The address and the body of each request."""
    return [(one.url.raw_path.decode().removeprefix("/api/v1"), json.loads(one.content) if one.content else None) for one in product.requests]


def test_an_approval_is_decided_with_reason_and_form(product: FakeProduct, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = tmp_path / "form.json"
    form.write_text('{"sum": 7}')
    assert decide(RUN, "ask", "approve", reason="fine", form=f"@{form}", by="a@x.example", product=product.connect()) == 0
    assert decide(RUN, "ask", "reject", product=product.connect()) == 0
    assert sent(product) == [
        (f"/runs/{RUN}/nodes/ask/resume", {"decision": "approve", "reason": "fine", "form": {"sum": 7}, "by": "a@x.example"}),
        (f"/runs/{RUN}/nodes/ask/resume", {"decision": "reject", "reason": ""}),
    ]
    assert "approve" in capsys.readouterr().out


def test_the_key_of_an_instance_reaches_the_product_whole(product: FakeProduct) -> None:
    assert answer(RUN, "event#3.1", '{"n": 1}', product=product.connect()) == 0
    assert skip(RUN, "event#3.1", product=product.connect()) == 0
    assert sent(product) == [(f"/runs/{RUN}/nodes/event%233.1/resume", {"payload": {"n": 1}}), (f"/runs/{RUN}/nodes/event%233.1/skip", None)]


def test_a_run_is_paused_and_goes_on(product: FakeProduct) -> None:
    assert pause(RUN, paused=True, product=product.connect()) == 0
    assert pause(RUN, paused=False, product=product.connect()) == 0
    assert sent(product) == [(f"/runs/{RUN}/pause", None), (f"/runs/{RUN}/resume", None)]


def test_a_refusal_is_told_with_its_reason(product: FakeProduct, capsys: pytest.CaptureFixture[str]) -> None:
    product.refusal = httpx.Response(409, json={"title": "Conflict", "detail": "ask has ended as succeeded"})
    assert decide(RUN, "ask", "approve", product=product.connect()) == 1
    assert skip(RUN, "ask", product=product.connect()) == 1
    assert pause(RUN, paused=True, product=product.connect()) == 1
    assert answer(RUN, "ask", "1", product=product.connect()) == 1
    assert capsys.readouterr().err.count("ask has ended as succeeded") == 4


@pytest.mark.parametrize("text", ["{", '{"a": 1, "a": 2}', "@/nowhere/at/all.json"])
def test_what_is_no_json_is_not_sent(product: FakeProduct, text: str) -> None:
    assert answer(RUN, "event", text, product=product.connect()) == 1
    assert decide(RUN, "ask", "approve", form=text, product=product.connect()) == 1
    assert product.requests == []
