"""`holdfast runs`: the newest runs as a table."""

import json
from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from interpreter.json_value import JsonObject
from temporal_workers.commands import console
from temporal_workers.commands.product import Product
from temporal_workers.errors import WorkersError
from temporal_workers.settings import ClientSettings


def runs(*, limit: int, as_json: bool = False, product: Product | None = None, **filters: str | None) -> int:
    """Shows the newest runs that the filters let through; gives the exit code."""
    try:
        with product or Product.from_settings(ClientSettings()) as reached:
            items = reached.runs(limit, **filters)
    except WorkersError as failure:
        console.show_failure(failure)
        return 1
    if as_json:
        print(json.dumps(items, indent=2))
    elif items:
        console.output().print(_table(items))
    else:
        narrowed = any(filters.values())
        console.output().print("No such runs." if narrowed else "No runs yet. Start one with `holdfast run FILE`.")
    return 0


def _table(items: Sequence[JsonObject]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("run", "workflow", "version", "status", "created", "ended"):
        table.add_column(heading, no_wrap=heading == "run")
    for item in items:
        table.add_row(
            escape(str(item["id"])),
            escape(str(item.get("workflow_name") or item["workflow_id"])),
            str(item.get("version") or "draft"),
            console.styled_status(str(item["status"])),
            str(item.get("created_at") or ""),
            str(item.get("ended_at") or ""),
        )
    return table
