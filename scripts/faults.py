"""`make faults`: the fault tests at full length, and a table of what was seen."""

from __future__ import annotations

import ast
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from scripts.gates import REPORTS, tool
from scripts.progress import ROOT, say

FOLDER = ROOT / "tests" / "faults"
_WIDTH = 74


def run_faults(environment: dict[str, str]) -> int:
    """The exit code; the table is printed whatever has failed."""
    report = REPORTS / "faults.xml"
    REPORTS.mkdir(parents=True, exist_ok=True)
    command = [tool("pytest"), f"--junitxml={report}", "-p", "no:cacheprovider", str(FOLDER)]
    code = subprocess.run(command, env={**environment, "HOLDFAST_TEST_FAULTS": "long"}, check=False).returncode
    say("")
    for line in table(report):
        say(line)
    return code


def table(report: Path) -> list[str]:
    """One line a test: what was done to the product, what was seen, how long it took."""
    lines = [f"{'fault':{_WIDTH}}  seen     seconds", "-" * (_WIDTH + 18)]
    fault = ""
    for test in ElementTree.parse(report).getroot().iter("testcase"):
        told = _fault(test.get("classname", ""))
        if told != fault:
            fault = told
            lines.append(fault)
        failed = any(child.tag in ("failure", "error") for child in test)
        name = test.get("name", "").removeprefix("test_").replace("_", " ")
        lines.append(f"  {name[: _WIDTH - 2]:{_WIDTH - 2}}  {'BROKEN' if failed else 'held':8} {float(test.get('time', 0)):7.1f}")
    return lines


def _fault(classname: str) -> str:
    """The first line of the module's docstring: the ids and the fault."""
    path = ROOT / Path(*classname.split(".")).with_suffix(".py")
    text = ast.get_docstring(ast.parse(path.read_text())) if path.exists() else None
    return (text or classname).splitlines()[0]
