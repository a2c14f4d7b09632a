"""A run as a Markdown report: the cause first, then what happened, then what was given and got.

Everything that comes from outside stands in code spans or blocks, so that nothing of it is markup.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from interpreter.json_value import Json, JsonObject
from interpreter.protocol import NodeRow, RunEvent

_SHORT = 2_000
_MOST_NODES = 500
_MOST_LINES = 500
_TICKS = re.compile(r"`+")


def report(run: JsonObject, rows: Sequence[NodeRow], events: Iterable[RunEvent]) -> Iterator[str]:
    """The lines of the report; long values are cut."""
    yield f"# Run of {span(run['workflow_name'])}: {run['status']}"
    yield ""
    yield from _facts(run)
    if run["error"] is not None:
        yield from _cause(run["error"])
    yield from _timeline(rows)
    yield from _block("Input", run["input"])
    yield from _block("Output", run["output"])
    yield from _outputs(rows)
    yield from _log(events)


def span(text: object) -> str:
    """A text as a code span: with more backticks around it than it has in it."""
    told = str(text).replace("\n", " ").replace("\r", " ").replace("|", "\\|")
    ticks = "`" * (1 + max((len(found) for found in _TICKS.findall(told)), default=0))
    return f"{ticks} {told} {ticks}" if len(ticks) > 1 else f"`{told}`"


def _facts(run: JsonObject) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    named = (
        ("Run", "id"), ("Version", "version"), ("Begun", "created_at"), ("Started", "started_at"), ("Ended", "ended_at"),
        ("Business key", "business_key"), ("Repeats", "parent_run_id"),
    )  # fmt: skip
    for name, field in named:
        if run.get(field) is not None:
            yield f"| {name} | {span(run[field])} |"
    trigger = run["trigger"]
    yield f"| Trigger | {span(trigger.get('kind'))} {span(trigger['name']) if trigger.get('name') else ''} |"
    yield ""


def _cause(error: JsonObject) -> Iterator[str]:
    yield "## Cause"
    yield ""
    yield f"{span(error['name'])} {span(error['message'][:_SHORT])}"
    yield ""
    if error.get("key"):
        yield f"In {span(error['key'])}, after {error['attempts']} attempts."
    if error.get("hint"):
        yield f"Hint: {span(error['hint'][:_SHORT])}"
    yield ""


def _timeline(rows: Sequence[NodeRow]) -> Iterator[str]:
    yield "## What happened"
    yield ""
    yield "| node | status | attempts | started | ended | error |"
    yield "|---|---|---|---|---|---|"
    for row in rows[:_MOST_NODES]:
        error = row["error"]
        status = row["status"] + (" (reused)" if row["reused"] else "")
        told = span(f"{error['name']}: {error['message'][:200]}") if error else ""
        yield f"| {span(row['key'])} | {status} | {row['attempt']} | {row['started_at'] or ''} | {row['ended_at'] or ''} | {told} |"
    if len(rows) > _MOST_NODES:
        yield ""
        yield f"{len(rows) - _MOST_NODES} more are in the JSON export."
    yield ""


def _outputs(rows: Sequence[NodeRow]) -> Iterator[str]:
    for row in rows[:_MOST_NODES]:
        if row["output"] is not None:
            yield from _block(f"Output of {span(row['key'])}", row["output"], level=3)


def _log(events: Iterable[RunEvent]) -> Iterator[str]:
    lines = [one for one in events if one["event"] == "log"]
    if not lines:
        return
    told = [f"{one['at']} {one.get('key')} {one.get('level')}: {one.get('message')}" for one in lines[:_MOST_LINES]]
    yield "## Log"
    yield ""
    yield from _fenced("\n".join(told), "text")


def _block(title: str, value: Json, level: int = 2) -> Iterator[str]:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    yield f"{'#' * level} {title}"
    yield ""
    yield from _fenced(text if len(text) <= _SHORT else text[:_SHORT] + "\n… cut; the JSON export has all of it", "json")


def _fenced(text: str, language: str) -> Iterator[str]:
    ticks = "`" * max(3, 1 + max((len(found) for found in _TICKS.findall(text)), default=0))
    yield f"{ticks}{language}"
    yield text
    yield ticks
    yield ""
