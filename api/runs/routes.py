"""`/runs`, and `/workflows/{id}/runs`."""

import json
import re
import time
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response, WebSocket
from fastapi.responses import StreamingResponse

from activities.kit.errors import InvalidConfig, StorageAway
from activities.kit.large_values import Owner, ValueLost
from api.kit.guard import GuardedRoute, Member, Policy, let_in, policy
from api.kit.lists import Cursor, Limit, cursor_of, place_of
from api.kit.problem import ApiError, NotFound, Unauthenticated, Unavailable, Unprocessable
from api.kit.services import Given, services_of
from api.kit.times import in_utc
from api.runs import interventions, service, streams
from api.runs.filtering import Listed
from api.runs.node_pages import node_instance, node_page
from api.runs.progress import progress_of
from api.runs.schemas import InstanceView, NodePage, OutputBody, ProgressView, ResumeBody, RunPage, RunView, StartBody
from api.store.records import BEFORE_ALL
from api.store.run_list import list_runs as list_rows
from interpreter.json_value import JsonObject
from interpreter.large_value import is_reference
from interpreter.protocol import RUN_ENDS, Intervention, NodeRow

router = APIRouter(tags=["runs"], route_class=GuardedRoute)
_SUBPROTOCOL = "bearer."
_EVENT_ID = re.compile(r"[0-9]{1,15}")
_UNAUTHENTICATED, _NOT_FOUND = 4401, 4404

Once = Annotated[str | None, Header(min_length=1, max_length=200, pattern=r"^[ -~]+$")]
"""The header `Idempotency-Key`."""


@router.post("/workflows/{workflow_id}/runs", status_code=202, response_model=RunView, responses={200: {"model": RunView}})
@policy(Policy.MEMBER)
async def start_run(
    workflow_id: str,
    body: StartBody,
    response: Response,
    member: Member,
    given: Given,
    wait: Annotated[int, Query(ge=0, le=60, description="Seconds to wait for its answer or its end")] = 0,
    idempotency_key: Once = None,
) -> JsonObject:
    """Begins a run: 202, or 200 when it answered or ended within `wait`. The same key again answers with the first run."""
    begun = time.monotonic()
    started = await service.start(given, member, workflow_id, body, idempotency_key, wait)
    if wait and started.response is None:
        await given.engine.wait_for_end(member.workspace_id, started.run_id, wait - (time.monotonic() - begun))
    view = await service.whole_view(given, await service.get(given, member.workspace_id, started.run_id))
    # The record may follow the answer.
    view["response"] = view["response"] or started.response
    response.status_code = 200 if wait and (view["response"] or view["status"] in RUN_ENDS) else 202
    return view


@router.get("/runs", response_model=RunPage)
@policy(Policy.MEMBER)
async def list_runs(
    member: Member,
    given: Given,
    asked: Listed,
) -> JsonObject:
    """The newest first."""
    place = place_of(asked.cursor, str, str)
    before = None if place is None else (_time(place[0]), place[1])
    async with given.database.read() as connection:
        rows = await list_rows(connection, member.workspace_id, asked.wanted(), before, asked.limit + 1)
    page = rows[: asked.limit]
    more = cursor_of(page[-1].created_at.isoformat(), page[-1].id) if len(rows) > asked.limit else None
    return {"items": [service.view(row) for row in page], "next_cursor": more}


@router.get("/runs/{run_id}", response_model=RunView)
@policy(Policy.MEMBER)
async def get_run(run_id: str, member: Member, given: Given) -> JsonObject:
    return await service.whole_view(given, await service.get(given, member.workspace_id, run_id))


@router.get("/runs/{run_id}/nodes", response_model=NodePage)
@policy(Policy.MEMBER)
async def list_nodes(run_id: str, member: Member, given: Given, limit: Limit = 200, cursor: Cursor = None) -> JsonObject:
    """One row per node instance: in order of start, then those that have not started."""
    after = place_of(cursor, int, str) or BEFORE_ALL
    run = await service.get(given, member.workspace_id, run_id)
    rows, last = await node_page(given, run, after, limit)
    return {"items": rows, "next_cursor": cursor_of(*last) if last else None}


@router.get("/runs/{run_id}/nodes/{key}", response_model=InstanceView)
@policy(Policy.MEMBER)
async def get_node(run_id: str, key: str, member: Member, given: Given) -> NodeRow:
    """One node instance, also while it runs: its attempts, each with worker, times, error and log lines."""
    return await node_instance(given, await service.get(given, member.workspace_id, run_id), key)


@router.get("/runs/{run_id}/progress", response_model=ProgressView)
@policy(Policy.MEMBER)
async def get_progress(run_id: str, member: Member, given: Given) -> JsonObject:
    """How many of its nodes have ended, and how long it is likely to take."""
    return await progress_of(given, await service.get(given, member.workspace_id, run_id))


@router.post("/runs/{run_id}/cancel", status_code=202, response_model=RunView)
@policy(Policy.MEMBER)
async def cancel_run(run_id: str, member: Member, given: Given) -> JsonObject:
    """Asks the run to stop; a run that has ended stays as it is."""
    run = await service.get(given, member.workspace_id, run_id)
    if run.status not in RUN_ENDS:
        await given.engine.cancel(run)
    return service.view(run)


@router.post("/runs/{run_id}/pause", status_code=202, response_model=RunView)
@policy(Policy.MEMBER)
async def pause_run(run_id: str, member: Member, given: Given) -> JsonObject:
    """Starts nothing new; what runs comes to its end, deadlines go on."""
    run = await service.get(given, member.workspace_id, run_id)
    return service.view(await interventions.pause(given, member, run, paused=True))


@router.post("/runs/{run_id}/resume", status_code=202, response_model=RunView)
@policy(Policy.MEMBER)
async def resume_run(run_id: str, member: Member, given: Given) -> JsonObject:
    """Goes on after a pause."""
    run = await service.get(given, member.workspace_id, run_id)
    return service.view(await interventions.pause(given, member, run, paused=False))


@router.post("/runs/{run_id}/nodes/{key}/resume", status_code=202, response_model=RunView)
@policy(Policy.MEMBER)
async def resume_node(
    run_id: str, key: str, body: ResumeBody, member: Member, given: Given, idempotency_key: Once = None
) -> JsonObject:
    """Sends the event that a node waits for, or decides an approval."""
    run = await service.get(given, member.workspace_id, run_id)
    await interventions.resume(given, member, run, key, body, idempotency_key)
    return service.view(run)


@router.post("/runs/{run_id}/nodes/{key}/output", status_code=202, response_model=RunView)
@policy(Policy.MEMBER)
async def give_output(run_id: str, key: str, body: OutputBody, member: Member, given: Given) -> JsonObject:
    """Ends a node that is pending, waits or is held, with this output and port."""
    run = await service.get(given, member.workspace_id, run_id)
    await interventions.intervene(given, run, Intervention(key, "output", member.name, body.output, body.port))
    return service.view(run)


@router.post("/runs/{run_id}/nodes/{key}/{action}", status_code=202, response_model=RunView)
@policy(Policy.MEMBER)
async def intervene(
    run_id: str, key: str, action: Literal["skip", "retry", "fail"], member: Member, given: Given
) -> JsonObject:
    """Skips a node that is pending, waits or is held; a held one may also be tried again or let fail."""
    run = await service.get(given, member.workspace_id, run_id)
    await interventions.intervene(given, run, Intervention(key, action, member.name))
    return service.view(run)


@router.get("/runs/{run_id}/events", response_class=StreamingResponse)
@policy(Policy.MEMBER)
async def stream_events(
    run_id: str, member: Member, given: Given, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Server-sent events from behind `Last-Event-ID`, ordered and gap-free, to the end of the run."""
    if last_event_id and not _EVENT_ID.fullmatch(last_event_id):
        raise Unprocessable("Last-Event-ID: this is not an id of this stream")
    run = await service.get(given, member.workspace_id, run_id)
    frames = streams.server_sent(given, run, int(last_event_id or 0))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(frames, media_type="text/event-stream", headers=headers)


@router.get("/runs/{run_id}/files/{digest}", response_class=Response)
@policy(Policy.MEMBER)
async def get_file(run_id: str, digest: str, member: Member, given: Given) -> Response:
    """The bytes behind a `$file` reference, always as a download."""
    run = await service.get(given, member.workspace_id, run_id)
    try:
        content = await given.storage.of_run(run.workspace_id, run.id).get({"$file": {"hash": digest}})
    except InvalidConfig:
        raise NotFound from None
    except StorageAway as away:
        raise Unavailable(f"{away.message}; {away.hint}") from None
    headers = {"Content-Disposition": f'attachment; filename="{digest[:16]}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/runs/{run_id}/values/{digest}", response_class=Response)
@policy(Policy.MEMBER)
async def get_value(run_id: str, digest: str, member: Member, given: Given) -> Response:
    """The JSON behind a `$payload` reference in the values of a run."""
    run = await service.get(given, member.workspace_id, run_id)
    try:
        value = await given.values.here(Owner(run.workspace_id, run.id), {"$payload": {"hash": digest}})
    except ValueLost:
        raise NotFound from None
    if is_reference(value):
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="{digest[:16]}.json"'}
    return Response(json.dumps(value), media_type="application/json", headers=headers)


@router.websocket("/runs/{run_id}/ws")
@policy(Policy.MEMBER)
async def socket_events(socket: WebSocket, run_id: str) -> None:
    """The same frames over a WebSocket; the key comes as the subprotocol `bearer.<key>`."""
    offered = next((one for one in socket.scope["subprotocols"] if one.startswith(_SUBPROTOCOL)), "")
    services = services_of(socket)
    try:
        await let_in(socket, Policy.MEMBER, offered.removeprefix(_SUBPROTOCOL))
        run = await service.get(services, socket.state.principal.workspace_id, run_id)
    except ApiError as error:
        await socket.accept(offered or None)
        await socket.close(_UNAUTHENTICATED if isinstance(error, Unauthenticated) else _NOT_FOUND)
        return
    await socket.accept(offered)
    await streams.over_websocket(socket, services, run)


def _time(text: str) -> datetime:
    try:
        return in_utc(datetime.fromisoformat(text))
    except ValueError:
        raise Unprocessable("cursor: this is not a cursor of this list") from None
