import json
from pathlib import Path
from typing import Any

import pytest

from temporal_workers.commands.validate import validate

_GOOD: dict[str, Any] = {"format": 1, "name": "good", "nodes": [{"id": "a", "type": "core.noop@1"}], "edges": []}


def written(folder: Path, definition: Any) -> Path:
    file = folder / "definition.json"
    file.write_text(json.dumps(definition))
    return file


def test_a_good_definition_is_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate(written(tmp_path, _GOOD)) == 0
    assert "Valid: 1 node, 0 warnings." in capsys.readouterr().out


def test_an_error_is_shown_with_node_and_path_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = _GOOD | {"nodes": [{"id": "a", "type": "core.unheard_of@1"}]}
    assert validate(written(tmp_path, bad)) == 1
    said = capsys.readouterr().out
    assert "unknown_type" in said and "/nodes/0" in said and "1 error" in said


def test_findings_as_json_are_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = _GOOD | {"edges": [{"source": "a", "target": "none"}]}
    assert validate(written(tmp_path, bad), as_json=True) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert "dangling_edge" in [finding["code"] for finding in findings]


@pytest.mark.parametrize("text", ["{", '{"a": 1, "a": 2}', "[" * 100_000])
def test_a_file_that_is_no_json_is_told_without_a_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "definition.json").write_text(text)
    assert validate(tmp_path / "definition.json") == 1
    assert "no valid JSON" in capsys.readouterr().err


def test_a_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert validate(tmp_path / "none.json") == 1
    assert "cannot be read" in capsys.readouterr().err
