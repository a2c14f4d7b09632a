import subprocess
import sys
from pathlib import Path

import pytest

from scripts import progress, python_environment, web_build
from scripts.progress import SetupFailed
from tests.deploy.compose import ROOT


@pytest.fixture(autouse=True)
def own_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TOOLS", tmp_path)
    monkeypatch.setattr(progress, "LOG", tmp_path / "setup.log")
    monkeypatch.setattr(progress, "_PAUSES", (0.0, 0.0))


def test_a_command_that_fails_shows_its_last_words_and_what_to_do() -> None:
    with pytest.raises(SetupFailed) as failed:
        progress.run("Trying", [sys.executable, "-c", "import sys; sys.exit('no way')"], "Do this instead.")
    assert "no way" in failed.value.message
    assert "Do this instead." in failed.value.hint and "setup.log" in failed.value.hint


def test_a_download_that_fails_is_tried_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = (
        "import pathlib, sys; f = pathlib.Path(sys.argv[1]); f.open('a').write('x'); sys.exit(len(f.read_text()) < 3)"
    )
    progress.run("Fetching", [sys.executable, "-c", program, str(tmp_path / "tries")], "hint", network=True)
    assert (tmp_path / "tries").read_text() == "xxx"
    assert capsys.readouterr().out.count("trying again") == 2


def test_a_command_that_is_not_there_fails_with_its_hint() -> None:
    with pytest.raises(SetupFailed, match="Building"):
        progress.run("Building", ["/none/such"], "Install it.")


def test_something_slow_shows_that_time_passes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0.05)
    progress.run("Waiting", [sys.executable, "-c", "import time; time.sleep(0.4)"], "hint")
    assert "still at it: Waiting" in capsys.readouterr().out


def test_the_entry_of_one_package_is_taken_from_the_lock_with_its_hashes() -> None:
    entry = python_environment.locked_lines("uv", (ROOT / "requirements.lock").read_text())
    assert entry.startswith("uv==") and "--hash=sha256:" in entry
    assert "\nuvicorn" not in entry and "\nuvloop" not in entry
    with pytest.raises(SetupFailed, match="nothing"):
        python_environment.locked_lines("nothing", "uv==1\n")


def test_a_python_that_is_too_old_or_broken_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"python3": "3 9", "python3.12": "", "python3.11": "3 11"}
    for name, answer in answers.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {answer}\n[ -n '{answer}' ]\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    assert python_environment.find_python() == str(tmp_path / "python3.11")
    (tmp_path / "python3.11").unlink()
    with pytest.raises(SetupFailed) as failed:
        python_environment.find_python()
    assert "3.11" in failed.value.message and "apt-get" in failed.value.hint


def test_the_environment_is_made_anew_when_the_lock_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("one")
    monkeypatch.setattr(python_environment, "_LOCK", lock)
    monkeypatch.setattr(python_environment, "_STAMP", tmp_path / "stamp")
    monkeypatch.setattr(python_environment, "BIN", tmp_path)
    (tmp_path / "holdfast").write_text("")
    assert not python_environment.is_current()
    (tmp_path / "stamp").write_text(python_environment.wanted_stamp())
    assert python_environment.is_current()
    lock.write_text("two")
    assert not python_environment.is_current()


def test_only_sources_of_the_page_count_as_changes(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.ts").write_text("one")
    (tmp_path / "node_modules").mkdir()
    before = web_build.sources_hash(tmp_path)
    (tmp_path / "node_modules" / "package.js").write_text("installed")
    assert web_build.sources_hash(tmp_path) == before
    (tmp_path / "src" / "app.ts").write_text("two")
    assert web_build.sources_hash(tmp_path) != before


def test_the_set_up_runs_on_pythons_that_are_too_old_to_say_so() -> None:
    """Syntax of Python 3.8 in everything that is read before a newer one is found."""
    for name in ("__init__", "progress", "python_environment", "web_build", "lock", "setup"):
        text = (ROOT / "scripts" / f"{name}.py").read_text()
        program = "import ast, sys; ast.parse(sys.stdin.read(), feature_version=(3, 8))"
        assert subprocess.run([sys.executable, "-c", program], input=text, text=True, check=False).returncode == 0, name


def test_the_ci_script_and_the_makefile_can_be_read() -> None:
    assert subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=False).returncode == 0
    asked = subprocess.run(
        ["make", "-n", "up", "test", "bench", "lint", "fix"], cwd=ROOT, capture_output=True, check=False
    )
    assert asked.returncode == 0
