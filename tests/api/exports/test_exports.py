"""A run as JSON, as a report, and a node's rows as a table."""

import csv
import io
import json
from typing import Any

from api.exports.report import span
from api.exports.table import line
from tests.api.databases import END, frame, node_row, record
from tests.api.installation import Installation

NASTY = "=HYPERLINK(1)|`x` <script>\n# heading"


async def exported(api: Installation, format: str = "json", output: Any = None) -> Any:
    run_id = (await api.run(await api.workflow()))["id"]
    rows = [node_row("call", output={"name": NASTY, "n": -1} if output is None else output), node_row("other", "failed")]
    rows[1]["error"] = {"name": "HttpError", "message": NASTY, "node_id": "other", "key": "other", "attempts": 2, "retryable": False}
    events = [frame(run_id, 1, "run"), frame(run_id, 2, "log", key="call", message=NASTY, level="info"), frame(run_id, 3, "end")]
    told = record(run_id, api.workspace_id, status="failed", ended_at=END, error=rows[1]["error"], nodes=rows, order=[0, 1], events=events)
    await api.engine.end(told)
    return run_id, await api.mine.get(f"/runs/{run_id}/export", params={"format": format})


async def test_the_json_has_the_run_its_plan_nodes_and_events(api: Installation) -> None:
    run_id, answer = await exported(api)
    assert answer.headers["content-disposition"] == f'attachment; filename="run-{run_id}.json"'
    told = answer.json()
    assert (told["format"], told["run"]["id"], told["plan"]["nodes"][0]["id"]) == (1, run_id, "one")
    assert [row["key"] for row in told["nodes"]] == ["call", "other"] and [event["seq"] for event in told["events"]] == [1, 2, 3]
    assert (await api.theirs.get(f"/runs/{run_id}/export")).status_code == 404


async def test_the_report_names_the_cause_first_and_nothing_in_it_is_markup(api: Installation) -> None:
    _, answer = await exported(api, "markdown")
    text = answer.text
    assert text.startswith("# Run of `Order sync`: failed") and text.index("## Cause") < text.index("## What happened")
    lines = text.splitlines()
    assert not any(one.startswith("# heading") for one in lines[1:] if not one.startswith("```")) or "```" in text
    table = [one for one in lines if one.startswith("| `call` |") or one.startswith("| `other` |")]
    # A pipe from outside is escaped: every line of the table has its seven.
    assert [one.replace("\\|", "").count("|") for one in table] == [7, 7]


def test_a_span_holds_whatever_stands_in_it() -> None:
    assert span("a`b") == "`` a`b ``" and span("a|b\nc") == "`a\\|b c`" and span("<b>") == "`<b>`"


async def test_a_table_has_a_line_for_each_instance_and_no_formulas(api: Installation) -> None:
    run_id, _ = await exported(api)
    answer = await api.mine.get(f"/runs/{run_id}/nodes/call/export")
    head, row = csv.reader(io.StringIO(answer.text))
    assert head == ["key", "status", "attempt", "started_at", "ended_at", "error", "name", "n"]
    assert row[-2] == f"'{NASTY}" and row[-1] == "-1"
    assert (await api.mine.get(f"/runs/{run_id}/nodes/nobody/export")).status_code == 404


def test_a_cell_is_never_a_formula_and_numbers_stay_numbers() -> None:
    assert line(["=1+1", "+1", "-1", "@x", "\tx", -1, 1.5, True, None, {"a": [1]}]).strip() == (
        "'=1+1,'+1,'-1,'@x,'\tx,-1,1.5,true,,\"{\"\"a\"\": [1]}\""
    )


async def test_large_outputs_are_put_together_up_to_a_bound(api: Installation) -> None:
    run_id = (await api.run(await api.workflow()))["id"]
    from activities.kit.large_values import Owner

    value = {"text": "x" * 50_000}
    kept = await api.services.values.kept(Owner(api.workspace_id, run_id), value, json.dumps(value), 0, [])
    lost = {"$payload": {**kept["$payload"], "hash": "a" * 64}}
    rows = [node_row("call", output=kept), node_row("lost", output=lost)]
    await api.engine.end(record(run_id, api.workspace_id, status="succeeded", ended_at=END, nodes=rows, order=[0, 1], events=[]))
    told = (await api.mine.get(f"/runs/{run_id}/export")).json()["nodes"]
    assert [row["output"] for row in told] == [value, lost]
