"""Rows as CSV that a spreadsheet can open without running anything in it."""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from interpreter.json_value import Json
from interpreter.protocol import NodeRow

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so is a formula for a spreadsheet (OWASP, CSV injection)."""
MOST_COLUMNS = 500
_OWN = ("key", "status", "attempt", "started_at", "ended_at", "error")


def csv_of_nodes(rows: Iterable[NodeRow]) -> Iterator[str]:
    """One line for each instance of a node; the fields of its output are columns, or `output` where it is no object.

    The columns are those of the first rows: what comes up later under another name goes into `more`, as JSON.
    """
    rows = list(rows)
    fields: dict[str, None] = {}
    for row in rows:
        fields.update(dict.fromkeys(row["output"] if isinstance(row["output"], dict) else ["output"]))
    columns = list(fields)[:MOST_COLUMNS]
    yield line([*_OWN, *columns])
    for row in rows:
        output = row["output"] if isinstance(row["output"], dict) else {"output": row["output"]}
        error = row["error"]
        own = [row["key"], row["status"], row["attempt"], row["started_at"], row["ended_at"]]
        told = None if error is None else f"{error['name']}: {error['message']}"
        yield line([*own, told, *(output.get(column) for column in columns)])


def line(cells: Iterable[Json]) -> str:
    """A line of CSV (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text).writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def _cell(value: Json) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text
