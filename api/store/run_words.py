"""What a run that has ended is found by: names, errors, log lines, its business key and searchable outputs."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.json_text import read
from api.store.search import index, words_of
from api.store.tables import NodeRun, Run, RunEventRow
from api.store.upserts import table_of
from interpreter.json_value import Json
from interpreter.protocol import NodeRow, RunEvent, RunRecord

_RUNS, _NODES, _EVENTS = table_of(Run), table_of(NodeRun), table_of(RunEventRow)
_MOST_ROWS = 500
_MOST_LINES = 1_000
_MOST_EVENTS = 10_000
"""That are looked through for lines: they are encrypted."""


async def index_end(connection: AsyncConnection, record: RunRecord) -> None:
    """Called in the transaction of the run's end, after its rows and events are written."""
    columns = (_RUNS.c.workflow_name, _RUNS.c.business_key, _RUNS.c.searchable)
    run = (await connection.execute(select(*columns).where(_RUNS.c.id == record.run_id))).one_or_none()
    if run is None:
        return
    nodes, events = record.nodes, record.events
    if not events or events[0]["seq"] > 1:
        # Part of it was recorded before.
        nodes, events = await _recorded(connection, record.run_id)
    texts = [run.workflow_name, run.business_key or "", *_errors(record, nodes)]
    texts += [one.get("message", "") for one in events if one["event"] == "log"]
    texts += _searchable(record.output, read(run.searchable) if run.searchable else [])
    texts += (row["node_id"] for row in nodes)
    await index(connection, record.workspace_id, record.run_id, words_of(texts))


async def _recorded(connection: AsyncConnection, run_id: str) -> tuple[list[NodeRow], list[RunEvent]]:
    failed = (_NODES.c.run_id == run_id, _NODES.c.status == "failed")
    rows = await connection.execute(select(_NODES.c.row).where(*failed).limit(_MOST_ROWS))
    events = await connection.execute(select(_EVENTS.c.event).where(_EVENTS.c.run_id == run_id).order_by(_EVENTS.c.seq).limit(_MOST_EVENTS))
    lines = [event for one in events.scalars() if (event := read(one))["event"] == "log"]
    return [read(one) for one in rows.scalars()], lines[:_MOST_LINES]


def _errors(record: RunRecord, nodes: Iterable[NodeRow]) -> Iterator[str]:
    for error in (record.error, *(row["error"] for row in nodes)):
        if error is not None:
            yield f"{error['name']} {error['message']} {error.get('hint') or ''}"


def _searchable(output: Json, paths: Iterable[str]) -> Iterator[str]:
    """The named fields of the output; of a list every item, of an object every value."""
    for path in paths:
        value = output
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        yield from _texts(value)


def _texts(value: Json, level: int = 0) -> Iterator[str]:
    if isinstance(value, dict | list) and level < 4:
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one, level + 1)
    elif value is not None and not isinstance(value, dict | list):
        yield str(value)
