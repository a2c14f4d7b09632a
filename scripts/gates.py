"""What `make lint` and `make test` check, one gate each."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts.progress import ROOT, TOOLS
from scripts.python_environment import BIN
from scripts.web_build import WEB, npm

REPORTS = TOOLS / "reports"
COVERAGE_FLOOR = 85
_ENGINE_TESTS = ("tests/engine", "tests/replay", "tests/time_skipping", "tests/interpreter/machine")
_ROOMS = ("interpreter", "activities", "api", "temporal_workers")


@dataclass(frozen=True)
class Gate:
    """One command; `report` is the JUnit file it writes, if it counts tests."""

    name: str
    command: tuple[str, ...]
    cwd: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)
    report: Path | None = None
    limit_s: int = 45 * 60
    """A gate that takes longer hangs: it is ended, and says where."""


def lint_gates() -> list[Gate]:
    gates = [
        Gate("ruff", (tool("ruff"), "check", ".")),
        Gate("mypy, strict on interpreter/", (tool("mypy"), "interpreter")),
        Gate("import contracts", (tool("lint-imports"),)),
    ]
    return [*gates, *_web_gates("lint", "typecheck")]


def test_gates() -> list[Gate]:
    return [*lint_gates(), *_python_gates(), *_web_test_gates()]


def fix_gates() -> list[Gate]:
    return [Gate("ruff", (tool("ruff"), "check", "--fix", ".")), *_web_gates("fix")]


def tool(name: str) -> str:
    return str(BIN / name)


def _python_gates() -> list[Gate]:
    parallel = ("-n", str(max(1, min(4, os.cpu_count() or 1))), "--dist", "loadfile")
    measured = tuple(f"--cov={room}" for room in _ROOMS)
    coverage = (*measured, "--cov-report=term:skip-covered", f"--cov-fail-under={COVERAGE_FLOOR}")
    beside = tuple(f"--ignore={folder}" for folder in _ENGINE_TESTS)
    return [
        _pytest("Python tests with coverage", "python", *parallel, *coverage, *beside),
        # Without coverage, which slows the workflows' own code until Temporal takes it for a deadlock, and makes
        # minutes of the seconds in which thousands of random definitions are compared.
        _pytest("machine and engine tests, golden histories", "engine", *parallel, *_ENGINE_TESTS),
        # Replays every workflow task from its history: the cheapest detector of nondeterminism.
        _pytest("engine tests without a cache", "uncached", *parallel, "tests/engine", HOLDFAST_TEST_MAX_CACHED="0"),
        # Long runs continue as new; every engine test has to hold across that boundary too.
        _pytest("engine tests continuing as new", "continued", *parallel, "tests/engine", HOLDFAST_TEST_CONTINUE_AFTER="3"),
    ]


def _pytest(name: str, report: str, *arguments: str, **environment: str) -> Gate:
    file = REPORTS / f"{report}.xml"
    return Gate(name, (tool("pytest"), f"--junitxml={file}", *arguments), environment=environment, report=file)


def _web_test_gates() -> list[Gate]:
    scripts = _web_scripts()
    gates = []
    if "test" in scripts:
        file = REPORTS / "vitest.xml"
        options = ("--", "--reporter=default", "--reporter=junit", f"--outputFile.junit={file}")
        gates.append(Gate("vitest", (npm(), "run", "test", *options), WEB, report=file))
    return gates


def _web_gates(*names: str) -> list[Gate]:
    scripts = _web_scripts()
    return [Gate(f"web {name}", (npm(), "run", name), WEB) for name in names if name in scripts]


def _web_scripts() -> set[str]:
    try:
        return set(json.loads((WEB / "package.json").read_text()).get("scripts", {}))
    except OSError:
        return set()
