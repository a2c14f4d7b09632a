"""Runs gates one after the other, counts what they found, and says so in one last plain line."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from scripts import web_build
from scripts.faults import run_faults
from scripts.gates import REPORTS, Gate, fix_gates, lint_gates, test_gates, tool
from scripts.progress import ROOT, SetupFailed, say
from scripts.python_environment import environment_with_tools
from scripts.time_skipping import ensure_test_server

_NEED_TEMPORAL = ("test", "bench", "histories", "faults")
_NEED_WEB = ("test", "faults")
_PROGRAMS = {
    "bench": (("python", "-m", "bench"),),
    "histories": (("pytest", "tests/replay/recording.py"),),
    "openapi": (("python", "-m", "scripts.openapi"), ("npm", "--prefix", "web", "run", "api")),
}
_KEPT = ("HOLDFAST_CASES", "HOLDFAST_TEMPORAL_BIN", "HOLDFAST_TEST_")
_PRODUCT = ("HOLDFAST_", "TEMPORAL_", "AWS_", "DATABASE_URL", "REDIS_URL")


@dataclass(frozen=True)
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main(arguments: list[str]) -> int:
    wanted = arguments[0] if arguments else "test"
    try:
        environment = check_environment()
        if wanted in _NEED_TEMPORAL:
            environment["HOLDFAST_TEMPORAL_BIN"] = _temporal_binary(environment)
        if wanted == "test" and (test_server := ensure_test_server()) is not None:
            environment["HOLDFAST_TEST_SERVER"] = str(test_server)
        if web_build.WEB.is_dir():
            web_build.ensure_packages()
        if wanted in _NEED_WEB:
            web_build.ensure_built()
        if wanted == "faults":
            return run_faults(environment)
        if wanted in _PROGRAMS:
            return _run_program(_PROGRAMS[wanted], environment)
        gates = {"lint": lint_gates, "fix": fix_gates, "test": test_gates}[wanted]()
    except SetupFailed as failure:
        say(f"\n{failure.message}\n\n{failure.hint}")
        return 1
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    outcomes = [(gate, run_gate(gate, environment)) for gate in gates]
    return _summary(outcomes)


def _run_program(commands: tuple[tuple[str, ...], ...], environment: dict[str, str]) -> int:
    for name, *arguments in commands:
        code = subprocess.run([tool(name), *arguments], env=environment, check=False).returncode
        if code:
            return code
    return 0


def check_environment() -> dict[str, str]:
    """Without the settings of an installation that somebody runs on the same machine."""
    environment = environment_with_tools()
    for name in list(environment):
        if name.startswith(_PRODUCT) and not name.startswith(_KEPT):
            del environment[name]
    cases = ROOT.parent / "shared" / "cases"
    if "HOLDFAST_CASES" not in environment and cases.is_dir():
        environment["HOLDFAST_CASES"] = str(cases.resolve())
    return environment


def _temporal_binary(environment: dict[str, str]) -> str:
    # The last line is the path; what is said meanwhile goes straight to the terminal.
    answer = subprocess.run(
        [tool("holdfast"), "temporal"], env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if answer.returncode:
        raise SetupFailed("There is no Temporal server for the tests.", "The lines above say what to do.")
    return answer.stdout.strip().splitlines()[-1]


def run_gate(gate: Gate, environment: dict[str, str]) -> Count:
    say(f"\n=== {gate.name}")
    began = time.monotonic()
    try:
        code = _run_limited(gate, {**environment, **gate.environment})
    except OSError as failure:
        say(str(failure))
        code = 127
    count = count_of(gate.report, code)
    say(f"--- {gate.name}: {'ok' if code == 0 else f'FAILED (exit code {code})'} in {time.monotonic() - began:.0f} s")
    return count


def _run_limited(gate: Gate, environment: dict[str, str]) -> int:
    """The exit code; a gate beyond its limit is ended with everything that it started."""
    process = subprocess.Popen(
        gate.command, cwd=gate.cwd, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return process.wait(gate.limit_s)
    except BaseException as stopped:
        # SIGABRT makes Python print the stacks of all its threads.
        for number in (signal.SIGABRT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            time.sleep(2)
        process.wait()
        if not isinstance(stopped, subprocess.TimeoutExpired):
            raise
        say(f"{gate.name} was not done within {gate.limit_s} s")
        return 124


def count_of(report: Path | None, code: int) -> Count:
    """The tests of a gate; a gate that failed beyond its tests (coverage, a crash) counts as one more failure."""
    counted = read_report(report) if report else None
    if counted is None:
        return Count(passed=int(code == 0), failed=int(code != 0))
    return counted + Count(failed=1) if code and not counted.failed else counted


def read_report(report: Path) -> Count | None:
    try:
        root = ElementTree.parse(report).getroot()
    except (OSError, ElementTree.ParseError):
        return None
    count = Count()
    for test in root.iter("testcase"):
        kinds = {child.tag for child in test}
        failed, skipped = bool(kinds & {"failure", "error"}), "skipped" in kinds
        count += Count(int(not failed and not skipped), int(failed), int(skipped and not failed))
    return count


def _summary(outcomes: list[tuple[Gate, Count]]) -> int:
    say("\n=== summary")
    for gate, count in outcomes:
        say(f"{'FAILED' if count.failed else 'ok':>6}  {gate.name}: {count}")
    total = sum((count for _, count in outcomes), Count())
    say(f"\n{total}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    os.chdir(str(ROOT))
    sys.exit(main(sys.argv[1:]))
