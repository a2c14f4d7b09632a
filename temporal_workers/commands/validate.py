"""`holdfast validate`: the findings of a definition file, without a server."""

import json
from pathlib import Path

from activities.discovery import load_node_types
from activities.kit.regex_engine import re2_check
from interpreter.catalog import Catalog
from interpreter.machine.constructs import control_node_types
from interpreter.validation import Checked, check
from temporal_workers.commands import console
from temporal_workers.commands.inputs import read_json_file
from temporal_workers.errors import WorkersError


def validate(file: Path, *, as_json: bool = False) -> int:
    try:
        checked = check_file(file)
    except WorkersError as failure:
        console.show_failure(failure)
        return 1
    findings = [finding.to_json() for finding in checked.findings]
    if as_json:
        print(json.dumps({"findings": findings}, indent=2))
    else:
        terminal = console.output()
        console.show_findings(terminal, findings)
        terminal.print(_verdict(checked))
    return 0 if checked.publishable else 1


def check_file(file: Path) -> Checked:
    catalog = Catalog((*control_node_types(), *load_node_types()))
    return check(read_json_file(file), catalog, re2_check)


def _verdict(checked: Checked) -> str:
    warnings = sum(finding.severity == "warning" for finding in checked.findings)
    errors = len(checked.findings) - warnings
    if errors:
        return f"[bold red]{errors} error{'s' * (errors != 1)}[/bold red], {warnings} warning{'s' * (warnings != 1)}."
    nodes = len(checked.definition.nodes) if checked.definition else 0
    return f"[green]Valid[/green]: {nodes} node{'s' * (nodes != 1)}, {warnings} warning{'s' * (warnings != 1)}."
