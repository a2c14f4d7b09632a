"""How findings, failures and statuses look in a terminal."""

import sys
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.markup import escape

from interpreter.json_value import JsonObject
from temporal_workers.errors import WorkersError

_WIDE = 240
STATUS_STYLES = {
    "succeeded": "green",
    "failed": "bold red",
    "timed_out": "bold red",
    "cancelled": "yellow",
    "skipped": "dim",
    "retrying": "magenta",
    "running": "cyan",
    "waiting": "blue",
}


def output() -> Console:
    return _console(sys.stdout)


def errors() -> Console:
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    # Paths and commands are there to be copied: never broken into lines, and not cut where nobody looks at columns.
    width = None if stream.isatty() else _WIDE
    return Console(file=stream, highlight=False, soft_wrap=True, width=width)


def styled_status(status: str) -> str:
    style = STATUS_STYLES.get(status)
    return f"[{style}]{escape(status)}[/{style}]" if style else escape(status)


def show_findings(console: Console, findings: Sequence[JsonObject]) -> None:
    for finding in findings:
        error = finding.get("severity") == "error"
        mark = "[bold red]error[/bold red]  " if error else "[yellow]warning[/yellow]"
        where = " ".join(part for part in (finding.get("node_id"), finding.get("path")) if part) or "definition"
        console.print(
            f"{mark} [bold]{escape(where)}[/bold]  {escape(str(finding['message']))}  [dim]{finding['code']}[/dim]"
        )
        if finding.get("hint"):
            console.print(f"        {escape(str(finding['hint']))}")


def show_failure(failure: WorkersError) -> None:
    console = errors()
    console.print(f"[bold red]{escape(failure.message)}[/bold red]")
    console.print(escape(failure.hint))
