"""`GET /runs/{id}/export` and `GET /runs/{id}/nodes/{node}/export`, always as downloads."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import IO, Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from activities.kit.large_values import Owner, ValueLost
from api.exports.bundle import BundleWriter
from api.exports.report import report
from api.exports.table import csv_of_nodes
from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.problem import Conflict, NotFound
from api.kit.services import Given, Services
from api.runs import service
from api.store import plans, records
from api.store.records import BEFORE_ALL
from api.store.runs import RunRow
from interpreter.json_value import Json, JsonObject
from interpreter.large_value import is_reference
from interpreter.protocol import RUN_ENDS, NodeRow, RunEvent

router = APIRouter(tags=["runs"], route_class=GuardedRoute)
FORMAT = 1
_PAGE = 500
_PIECE = 256 * 1024
_MOST_ROWS = 20_000
"""Of a report or a table; the JSON export has them all."""
_WHOLE_BYTES = 1024 * 1024
"""A larger value is exported as its reference, whose bytes have an address of their own."""

Redacted = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]],
    Query(max_length=50, description="Of a bundle: names of fields, or ends of paths such as customer.email, whose values are left out"),
]


@router.get("/runs/{run_id}/export", response_class=Response)
@policy(Policy.MEMBER)
async def export_run(
    run_id: str, member: Member, given: Given, format: Literal["json", "markdown", "bundle"] = "json", redact: Redacted = ()
) -> Response:
    """The whole run: as JSON with its plan, node rows and events, as a report that people read, or as a bundle that
    another installation opens, without the values of the fields that `redact` names."""
    run = await service.get(given, member.workspace_id, run_id)
    name = f"run-{run.id}"
    if format == "bundle":
        if run.status not in RUN_ENDS:
            raise Conflict(f"the run is {run.status}: a bundle is made of a run that has ended")
        file = await BundleWriter(given, run, list(redact)).write()
        return _download(StreamingResponse(_pieces(file), media_type="application/zip"), f"{name}.holdfast.zip")
    if format == "json":
        return _download(StreamingResponse(_json(given, run), media_type="application/json"), f"{name}.json")
    rows = [row async for row in _rows(given, run, _MOST_ROWS)]
    events = [event async for event in _events(given, run, _MOST_ROWS)]
    text = "\n".join(report(await service.whole_view(given, run), rows, events))
    return _download(Response(text, media_type="text/markdown; charset=utf-8"), f"{name}.md")


@router.get("/runs/{run_id}/nodes/{node_id}/export", response_class=Response)
@policy(Policy.MEMBER)
async def export_node(run_id: str, node_id: str, member: Member, given: Given) -> Response:
    """The instances of a node as CSV: one line each, the fields of its output as columns."""
    run = await service.get(given, member.workspace_id, run_id)
    rows = [row async for row in _rows(given, run, _MOST_ROWS, node_id)]
    if not rows:
        raise NotFound
    text = "".join(csv_of_nodes(rows))
    return _download(Response(text, media_type="text/csv; charset=utf-8"), f"{node_id}-{run.id}.csv")


def _download(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


async def _json(services: Services, run: RunRow) -> AsyncIterator[str]:
    """Piece by piece: a run may have tens of thousands of rows."""
    async with services.database.read() as connection:
        plan = await plans.get(connection, run.workspace_id, run.plan_hash)
    head: JsonObject = {"format": FORMAT, "run": await service.whole_view(services, run), "plan": json.loads(plan or "null")}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "nodes": ['
    async for piece in _listed(_rows(services, run, None)):
        yield piece
    yield '], "events": ['
    async for piece in _listed(_events(services, run, None)):
        yield piece
    yield "]}"


async def _listed(entries: AsyncIterator[NodeRow] | AsyncIterator[RunEvent]) -> AsyncIterator[str]:
    first = True
    async for entry in entries:
        yield ("" if first else ", ") + json.dumps(entry, ensure_ascii=False)
        first = False


async def _rows(services: Services, run: RunRow, most: int | None, node_id: str | None = None) -> AsyncIterator[NodeRow]:
    """The recorded rows in their order, with values that are not too large put together."""
    after, count = BEFORE_ALL, 0
    owner = Owner(run.workspace_id, run.id)
    while True:
        async with services.database.read() as connection:
            page = await records.node_rows(connection, run.workspace_id, run.id, after, _PAGE)
        for _, row in page:
            if node_id is None or row["node_id"] == node_id:
                yield {**row, "output": await _whole(services, owner, row["output"])}
                count += 1
                if count == most:
                    return
        if len(page) < _PAGE:
            return
        after = (page[-1][0], page[-1][1]["key"])


async def _events(services: Services, run: RunRow, most: int | None) -> AsyncIterator[RunEvent]:
    after, count = 0, 0
    while True:
        async with services.database.read() as connection:
            page = await records.events(connection, run.workspace_id, run.id, after, _PAGE)
        for event in page:
            yield event
            count += 1
            if count == most:
                return
        if not page:
            return
        after = page[-1]["seq"]


async def _whole(services: Services, owner: Owner, output: Json) -> Json:
    if not is_reference(output) or output["$payload"].get("size", 0) > _WHOLE_BYTES:
        return output
    try:
        return await services.values.here(owner, output)
    except ValueLost:
        return output
