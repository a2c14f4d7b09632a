import sys
from pathlib import Path

import pytest

from scripts import check
from scripts.check import Count
from scripts.gates import Gate, lint_gates
from scripts.gates import test_gates as gates_of_make_test

_REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"><failure message="no"/></testcase><testcase name="c"><skipped/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    (tmp_path / "report.xml").write_text(_REPORT)
    return tmp_path / "report.xml"


def test_tests_are_counted_from_the_report_of_a_gate(report: Path) -> None:
    assert check.count_of(report, code=1) == Count(1, 1, 1)


def test_a_gate_that_failed_beyond_its_tests_counts_as_a_failure(report: Path) -> None:
    report.write_text(_REPORT.replace('<failure message="no"/>', ""))
    assert check.count_of(report, code=0) == Count(2, 0, 1)
    assert check.count_of(report, code=1) == Count(2, 1, 1)


def test_a_gate_without_a_report_counts_as_one(tmp_path: Path) -> None:
    assert check.count_of(None, 0) == Count(1, 0)
    assert check.count_of(None, 2) == Count(0, 1)
    assert check.count_of(tmp_path / "none.xml", 0) == Count(1, 0)


def test_a_program_that_is_not_there_is_a_failed_gate() -> None:
    assert check.run_gate(Gate("nothing", ("/none/such",)), {}) == Count(0, 1)


def test_the_last_line_is_the_plain_count(capsys: pytest.CaptureFixture[str]) -> None:
    quick = Gate("quick", (sys.executable, "-c", ""))
    assert check._summary([(quick, Count(3, 0, 1)), (quick, Count(1, 0))]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "4 passed, 0 failed, 1 skipped"
    assert check._summary([(quick, Count(0, 1))]) == 1


def test_checks_do_not_see_the_settings_of_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://records")
    monkeypatch.setenv("HOLDFAST_HOME", "/somewhere")
    monkeypatch.setenv("HOLDFAST_CASES", "/cases")
    environment = check.check_environment()
    assert "DATABASE_URL" not in environment and "HOLDFAST_HOME" not in environment
    assert environment["HOLDFAST_CASES"] == "/cases"


def test_make_test_runs_every_kind_of_check() -> None:
    names = [gate.name for gate in gates_of_make_test()]
    assert names[: len(lint_gates())] == [gate.name for gate in lint_gates()]
    engine = [gate.environment for gate in gates_of_make_test() if "tests/engine" in gate.command]
    assert {"HOLDFAST_TEST_MAX_CACHED": "0"} in engine
    coverage = [gate for gate in gates_of_make_test() if "--cov-fail-under=85" in gate.command]
    assert len(coverage) == 1
