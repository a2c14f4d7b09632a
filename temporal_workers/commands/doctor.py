"""`holdfast doctor`: what is good, what is not, and the way out."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape

from temporal_workers.commands import console
from temporal_workers.doctor import Check, Level, examine
from temporal_workers.narration import Narrator
from temporal_workers.settings import UpSettings

_MARKS = {
    Level.OK: "[green]ok[/green]   ",
    Level.NOTE: "[yellow]note[/yellow] ",
    Level.WRONG: "[bold red]wrong[/bold red]",
}


def doctor(*, as_json: bool = False, settings: UpSettings | None = None) -> int:
    checks = asyncio.run(_all(settings or UpSettings()))
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        _show(console.output(), checks)
    return 1 if any(check.level is Level.WRONG for check in checks) else 0


async def _all(settings: UpSettings) -> list[Check]:
    # Standard output belongs to the result, also with --json.
    return [check async for check in examine(settings, Narrator(sys.stderr))]


def _show(terminal: Console, checks: Sequence[Check]) -> None:
    widest = max(len(check.name) for check in checks)
    for check in checks:
        terminal.print(f"{_MARKS[check.level]}  {escape(check.name.ljust(widest))}  {escape(check.message)}")
        if check.way_out:
            terminal.print(f"{' ' * (widest + 9)}[bold]->[/bold] {escape(check.way_out)}")
