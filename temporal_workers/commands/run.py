"""`holdfast run`: save a definition as a draft, run it, and show its nodes live."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from interpreter.json_value import JsonObject
from temporal_workers.commands import console
from temporal_workers.commands.inputs import read_json_file, read_run_input
from temporal_workers.commands.product import Product
from temporal_workers.commands.progress import NodeLine, Progress
from temporal_workers.errors import InputUnreadable, ProductRefused, ProductUnreachable, WorkersError
from temporal_workers.settings import ClientSettings

EXIT_CODES = {"succeeded": 0, "failed": 1, "cancelled": 3, "timed_out": 4}
STILL_RUNNING = 5
INTERRUPTED = 130
_RECONNECT_SECONDS = 1.0
_RECONNECT_PATIENCE = 120.0

Show = Callable[[Progress, NodeLine | None], None]


def run(
    file: Path, run_input: str, *, timeout: float | None = None, as_json: bool = False, product: Product | None = None
) -> int:
    terminal = console.errors() if as_json else console.output()
    try:
        with product or Product.from_settings(ClientSettings()) as reached:
            return _run(reached, file, run_input, timeout, as_json, terminal)
    except WorkersError as failure:
        console.show_failure(failure)
        if isinstance(failure, ProductRefused):
            console.show_findings(console.errors(), failure.findings)
        return 1


def _run(product: Product, file: Path, run_input: str, timeout: float | None, as_json: bool, terminal: Console) -> int:
    definition, given = read_json_file(file), read_run_input(run_input)
    if not isinstance(definition, dict):
        raise InputUnreadable(
            f"{file} is no definition: it holds no JSON object.", "See docs for the definition format."
        )
    workflow = product.save_workflow(definition)
    console.show_findings(terminal, workflow.get("findings") or [])
    if any(finding.get("severity") == "error" for finding in workflow.get("findings") or []):
        terminal.print("The draft is saved, but with errors it cannot run.")
        return 1
    progress = Progress(str(product.start_draft(str(workflow["id"]), given)["id"]))
    terminal.print(f"Run [bold]{escape(progress.run_id)}[/bold] of {escape(str(workflow['name']))}")
    deadline = None if timeout is None else time.monotonic() + timeout
    try:
        with _display(terminal, progress) as show:
            follow(product, progress, show, deadline)
    except KeyboardInterrupt:
        terminal.print(f"No longer watching; the run goes on: {progress.run_id}")
        return INTERRUPTED
    return _report(product.run(progress.run_id), as_json, terminal)


def follow(product: Product, progress: Progress, show: Show, deadline: float | None) -> None:
    """Read events until the run ends, resuming where a broken connection left off."""
    broken_since: float | None = None
    while not progress.ended and not _passed(deadline):
        before = progress.last_id
        try:
            with product.events(progress.run_id, progress.last_id, _left(deadline)) as events:
                for frame in events:
                    show(progress, progress.take(frame))
                    if progress.ended or _passed(deadline):
                        return
        except ProductUnreachable:
            broken_since = broken_since or time.monotonic()
            if time.monotonic() - broken_since > _RECONNECT_PATIENCE:
                raise
        if progress.last_id != before:
            broken_since = None
        time.sleep(min(_RECONNECT_SECONDS, max(0.0, _left(deadline))))


def _left(deadline: float | None) -> float:
    return inf if deadline is None else deadline - time.monotonic()


def _passed(deadline: float | None) -> bool:
    return _left(deadline) <= 0


@contextmanager
def _display(terminal: Console, progress: Progress) -> Iterator[Show]:
    """A live table in a terminal, one line for each change elsewhere."""
    if not terminal.is_terminal:
        yield lambda _, node: _print_line(terminal, node)
        return
    with Live(_table(progress), console=terminal, refresh_per_second=10) as live:
        yield lambda seen, _: live.update(_table(seen))


def _print_line(terminal: Console, node: NodeLine | None) -> None:
    if node is not None:
        again = f" (attempt {node.attempt})" if node.attempt > 1 else ""
        terminal.print(f"  {node.key}: {node.status}{again}", markup=False)


def _table(progress: Progress) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for line in progress.nodes.values():
        again = f"attempt {line.attempt}" if line.attempt > 1 else ""
        table.add_row(f"  {escape(line.key)}", console.styled_status(line.status), again)
    table.add_row("run", console.styled_status(progress.status), "")
    return table


def _report(record: JsonObject, as_json: bool, terminal: Console) -> int:
    status = str(record["status"])
    if as_json:
        print(json.dumps(record, indent=2))
    elif status not in EXIT_CODES:
        terminal.print(f"The run is still {status}; `holdfast runs` shows how it ends.")
    else:
        terminal.print(console.styled_status(status))
        _print_result(record, terminal)
    return EXIT_CODES.get(status, STILL_RUNNING)


def _print_result(record: JsonObject, terminal: Console) -> None:
    error = record.get("error")
    if error:
        where = f" in {error['node_id']}" if error.get("node_id") else ""
        terminal.print(f"{error.get('name')}{where}: {error.get('message')}", markup=False)
        if error.get("hint"):
            terminal.print(str(error["hint"]), markup=False)
    if record.get("output") is not None:
        terminal.print_json(json.dumps(record["output"]))
