"""`/workflows`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.lists import LARGEST, Cursor, Limit, cursor_of, place_of
from api.kit.services import Given, Services
from api.kit.times import shown
from api.store import pins, results
from api.store import workflows as store
from api.store.workflows import WorkflowRow
from api.workflows import service
from api.workflows.differences import difference
from api.workflows.pins import save_pins
from api.workflows.schemas import (
    Diff,
    DraftBody,
    Findings,
    Pins,
    Published,
    VersionPage,
    VersionView,
    WorkflowPage,
    WorkflowView,
)
from interpreter.json_value import JsonObject

Number = Annotated[int, Path(ge=1, le=LARGEST)]
router = APIRouter(prefix="/workflows", tags=["workflows"], route_class=GuardedRoute)


@router.get("", response_model=WorkflowPage)
@policy(Policy.MEMBER)
async def list_workflows(
    member: Member, given: Given, limit: Limit = 50, cursor: Cursor = None, text: Annotated[str | None, Query(max_length=200)] = None
) -> JsonObject:
    """The workflows of the workspace, by name."""
    after = place_of(cursor, str, str)
    async with given.database.read() as connection:
        rows = await store.list_(connection, member.workspace_id, text, after, limit + 1)
    page = rows[:limit]
    more = cursor_of(page[-1].sorted_by, page[-1].id) if len(rows) > limit else None
    return {"items": [_item(row) for row in page], "next_cursor": more}


@router.post("", status_code=201, response_model=WorkflowView)
@policy(Policy.MEMBER)
async def create_workflow(body: DraftBody, member: Member, given: Given) -> JsonObject:
    """A new workflow; findings do not keep a draft from being saved."""
    return await _view(given, member.workspace_id, await service.create(given, member.workspace_id, body.definition))


@router.post("/validate", response_model=Findings)
@policy(Policy.MEMBER)
async def validate_definition(definition: JsonObject, member: Member, given: Given) -> JsonObject:
    """What is wrong with a definition. Nothing is stored, and nothing in it is run."""
    return {"findings": await _findings(given, member.workspace_id, definition)}


@router.get("/{workflow_id}", response_model=WorkflowView)
@policy(Policy.MEMBER)
async def get_workflow(workflow_id: str, member: Member, given: Given) -> JsonObject:
    async with given.database.read() as connection:
        row = await service.get(connection, member.workspace_id, workflow_id)
    return await _view(given, member.workspace_id, row)


@router.put("/{workflow_id}", response_model=WorkflowView)
@policy(Policy.MEMBER)
async def save_draft(workflow_id: str, body: DraftBody, member: Member, given: Given) -> JsonObject:
    """Replaces the draft."""
    row = await service.save(given, member.workspace_id, workflow_id, body.definition, body.draft_revision)
    return await _view(given, member.workspace_id, row)


@router.delete("/{workflow_id}/cache", status_code=204)
@policy(Policy.MEMBER)
async def forget_results(workflow_id: str, member: Member, given: Given) -> None:
    """Forgets the results that its nodes have kept: the next runs call again."""
    async with given.database.write() as connection:
        await results.forget_workflow(connection, member.workspace_id, workflow_id)


@router.delete("/{workflow_id}", status_code=204)
@policy(Policy.MEMBER)
async def delete_workflow(workflow_id: str, member: Member, given: Given) -> Response:
    """Runs under way go on, and recorded runs stay."""
    await service.delete(given, member.workspace_id, workflow_id)
    return Response(status_code=204)


@router.put("/{workflow_id}/pins", response_model=Pins)
@policy(Policy.MEMBER)
async def pin_outputs(workflow_id: str, wanted: JsonObject, member: Member, given: Given) -> JsonObject:
    """Replaces the pins: outputs by node id, which runs of the draft take instead of calling those nodes."""
    await save_pins(given, member.workspace_id, workflow_id, wanted)
    return {"pins": wanted}


@router.post("/{workflow_id}/publish", response_model=Published)
@policy(Policy.MEMBER)
async def publish_workflow(workflow_id: str, member: Member, given: Given) -> JsonObject:
    """Freezes the draft as the next version."""
    version, at = await service.publish(given, member.workspace_id, workflow_id)
    return {"version": version, "published_at": shown(at)}


@router.get("/{workflow_id}/versions", response_model=VersionPage)
@policy(Policy.MEMBER)
async def list_versions(
    workflow_id: str, member: Member, given: Given, limit: Limit = 50, cursor: Cursor = None
) -> JsonObject:
    """The newest first."""
    before = place_of(cursor, int)
    async with given.database.read() as connection:
        await service.get(connection, member.workspace_id, workflow_id)
        rows = await store.versions(connection, member.workspace_id, workflow_id, before[0] if before else None, limit + 1)
    items = [{"version": row.version, "published_at": shown(row.published_at)} for row in rows[:limit]]
    return {"items": items, "next_cursor": cursor_of(rows[limit - 1].version) if len(rows) > limit else None}


@router.get("/{workflow_id}/versions/{number}", response_model=VersionView)
@policy(Policy.MEMBER)
async def get_version(workflow_id: str, number: Number, member: Member, given: Given) -> JsonObject:
    async with given.database.read() as connection:
        row = await service.version(connection, member.workspace_id, workflow_id, number)
    return {"version": row.version, "published_at": shown(row.published_at), "definition": row.definition}


@router.get("/{workflow_id}/diff", response_model=Diff)
@policy(Policy.MEMBER)
async def compare_versions(
    workflow_id: str,
    member: Member,
    given: Given,
    from_: Annotated[int, Query(alias="from", ge=1, le=LARGEST)],
    to: Annotated[int, Query(ge=1, le=LARGEST)],
) -> JsonObject:
    """What changed between two versions."""
    async with given.database.read() as connection:
        before = await service.version(connection, member.workspace_id, workflow_id, from_)
        after = await service.version(connection, member.workspace_id, workflow_id, to)
    return difference(before.definition, after.definition)


def _item(row: WorkflowRow) -> JsonObject:
    return {
        "id": row.id,
        "name": row.name,
        "draft_revision": row.draft_revision,
        "published_version": row.published_version,
        "created_at": shown(row.created_at),
        "changed_at": shown(row.changed_at),
    }


async def _view(given: Services, workspace_id: str, row: WorkflowRow) -> JsonObject:
    findings = await _findings(given, workspace_id, row.definition)
    async with given.database.read() as connection:
        pinned = await pins.of_workflow(connection, workspace_id, row.id)
    return {**_item(row), "definition": row.definition, "findings": findings, "pins": pinned}


async def _findings(given: Services, workspace_id: str, definition: JsonObject) -> list[JsonObject]:
    found = service.checked(given, definition).findings
    async with given.database.read() as connection:
        found = [*found, *await service.missing_credentials(connection, workspace_id, definition)]
    return [finding.to_json() for finding in found]
