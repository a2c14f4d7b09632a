import io
import json
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from temporal_workers.commands import run as module
from temporal_workers.commands.run import STILL_RUNNING, run
from tests.temporal_workers.commands.fake_product import KEY, RUN, FakeProduct, sse

_DONE = "".join(
    (
        sse(1, "run", status="running"),
        sse(2, "node", node_id="fetch", key="fetch", status="running", attempt=1),
        ": a comment keeps the connection open\n\n",
        sse(3, "attempt", node_id="fetch", key="fetch", status="retrying", attempt=2),
        sse(4, "node", node_id="fetch", key="fetch", status="succeeded", attempt=2),
        sse(5, "end", status="succeeded"),
    )
)


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    file = tmp_path / "workflow.json"
    file.write_text(json.dumps({"format": 1, "name": "Order sync", "nodes": [], "edges": []}))
    return file


@pytest.fixture(autouse=True)
def no_pause_between_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RECONNECT_SECONDS", 0.0)


def test_a_file_becomes_a_workflow_and_its_draft_runs(definition: Path, capsys: pytest.CaptureFixture[str]) -> None:
    product = FakeProduct(streams=[_DONE])
    assert run(definition, '{"order": 7}', product=product.connect()) == 0
    assert product.bodies("POST", "/api/v1/workflows/wf_1/runs") == [{"input": {"order": 7}, "version": "draft"}]
    said = capsys.readouterr().out
    assert "fetch: running" in said and "fetch: retrying (attempt 2)" in said and "fetch: succeeded" in said
    assert '"total": 7' in said


def test_a_second_run_of_the_same_name_replaces_the_draft(definition: Path) -> None:
    product = FakeProduct(streams=[_DONE, _DONE])
    product.workflows["wf_other"] = {"id": "wf_other", "name": "Another", "draft_revision": 1, "findings": []}
    run(definition, "{}", product=product.connect())
    run(definition, "{}", product=product.connect())
    assert len(product.workflows) == 2
    assert product.workflows["wf_2"]["draft_revision"] == 2


def test_every_start_carries_an_idempotency_key_of_its_own(definition: Path) -> None:
    product = FakeProduct(streams=[_DONE, _DONE])
    for _ in range(2):
        run(definition, "{}", product=product.connect())
    keys = [request.headers["Idempotency-Key"] for request in product.requests if request.url.path.endswith("/runs")]
    assert len(set(keys)) == 2


@pytest.mark.parametrize(("status", "code"), [("failed", 1), ("cancelled", 3), ("timed_out", 4)])
def test_the_exit_code_tells_how_the_run_ended(
    definition: Path, capsys: pytest.CaptureFixture[str], status: str, code: int
) -> None:
    error = {"name": "NotFound", "message": "no such order", "node_id": "fetch", "hint": "check the id"}
    product = FakeProduct({"status": status, "output": None, "error": error}, [sse(1, "end", status=status)])
    assert run(definition, "{}", product=product.connect()) == code
    said = capsys.readouterr().out
    assert "NotFound in fetch: no such order" in said and "check the id" in said


def test_a_broken_stream_is_resumed_after_the_last_event(definition: Path) -> None:
    first, rest = _DONE[: _DONE.index("id: 3")], _DONE[_DONE.index("id: 3") :]
    product = FakeProduct(streams=[first, httpx.ReadError("cut"), rest])
    assert run(definition, "{}", product=product.connect()) == 0
    asked = [request for request in product.requests if request.url.path.endswith("/events")]
    assert [request.headers.get("Last-Event-ID") for request in asked] == [None, "2", "2"]


def test_watching_ends_after_the_timeout_while_the_run_goes_on(definition: Path) -> None:
    product = FakeProduct(
        {"status": "running", "output": None, "error": None}, [sse(1, "run", status="running")] * 9999
    )
    assert run(definition, "{}", timeout=0.2, product=product.connect()) == STILL_RUNNING


def test_a_draft_with_errors_is_not_run_and_its_findings_are_shown(
    definition: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = {
        "code": "cycle",
        "message": "a and b wait for each other",
        "severity": "error",
        "node_id": "a",
        "path": "/edges/0",
    }
    product = FakeProduct(findings=[finding])
    assert run(definition, "{}", product=product.connect()) == 1
    assert "a and b wait for each other" in capsys.readouterr().out
    assert product.bodies("POST", "/api/v1/workflows/wf_1/runs") == []


def test_with_json_only_the_run_goes_to_standard_output(definition: Path, capsys: pytest.CaptureFixture[str]) -> None:
    product = FakeProduct(streams=[_DONE])
    assert run(definition, "{}", as_json=True, product=product.connect()) == 0
    assert json.loads(capsys.readouterr().out)["id"] == RUN


@pytest.mark.parametrize("given", ["{", "[]", '{"a": 1, "a": 2}', '{"a": NaN}', "@none.json"])
def test_an_input_that_is_no_json_object_is_refused(
    definition: Path, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    product = FakeProduct()
    assert run(definition, given, product=product.connect()) == 1
    assert product.requests == [] and capsys.readouterr().err


def test_an_input_may_come_from_a_file(definition: Path, tmp_path: Path) -> None:
    (tmp_path / "input.json").write_text('{"order": 8}')
    product = FakeProduct(streams=[_DONE])
    run(definition, f"@{tmp_path / 'input.json'}", product=product.connect())
    assert product.bodies("POST", "/api/v1/workflows/wf_1/runs")[0]["input"] == {"order": 8}


def test_a_definition_that_is_no_object_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.json").write_text("[]")
    assert run(tmp_path / "list.json", "{}", product=FakeProduct().connect()) == 1
    assert "no definition" in capsys.readouterr().err


def test_without_a_key_it_says_which_variable_to_set(definition: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(definition, "{}", product=FakeProduct().connect(key=None)) == 1
    said = capsys.readouterr().err
    assert "HOLDFAST_API_KEY" in said and KEY not in said


def test_without_a_product_it_says_how_to_start_one(definition: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(definition, "{}", product=FakeProduct(down=True).connect()) == 1
    assert "make up" in capsys.readouterr().err


def test_in_a_terminal_the_nodes_are_a_live_table(definition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(module.console, "output", lambda: Console(file=screen, force_terminal=True, width=80))
    assert run(definition, "{}", product=FakeProduct(streams=[_DONE]).connect()) == 0
    assert "fetch" in screen.getvalue() and "attempt 2" in screen.getvalue()
