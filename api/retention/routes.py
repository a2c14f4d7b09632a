"""`DELETE /runs/{id}`, and how long the runs of a workflow are kept."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from activities.kit.object_stores import StoreAway
from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.problem import Conflict, NotFound, Unavailable
from api.kit.services import Given
from api.retention.policy import Retention, RetentionBody
from api.retention.sweeping import delete_run
from api.runs import service
from api.store import retention, workspaces
from interpreter.json_value import JsonObject
from interpreter.protocol import RUN_ENDS

router = APIRouter(tags=["runs"], route_class=GuardedRoute)


class RetentionView(BaseModel):
    own: JsonObject = Field(description="What is set for this workflow")
    days: int | None = Field(description="What holds; null: without end")
    failed_days: int | None
    megabytes: int | None
    stored_bytes: int = Field(description="About how much its ended runs take")


@router.get("/workflows/{workflow_id}/retention", response_model=RetentionView)
@policy(Policy.MEMBER)
async def get_retention(workflow_id: str, member: Member, given: Given) -> JsonObject:
    async with given.database.read() as connection:
        own = await retention.of_workflow(connection, member.workspace_id, workflow_id)
        if own is None:
            raise NotFound
        wider = (await workspaces.settings(connection, member.workspace_id)).get("retention", {})
        stored = await retention.stored_bytes(connection, workflow_id)
    settings = given.settings
    holds = Retention(settings.retention_days, settings.retention_failed_days).narrowed(wider).narrowed(own)
    return {
        "own": own,
        "days": holds.days,
        "failed_days": holds.failed_days,
        "megabytes": holds.megabytes,
        "stored_bytes": stored,
    }


@router.put("/workflows/{workflow_id}/retention", response_model=RetentionView)
@policy(Policy.MEMBER)
async def save_retention(workflow_id: str, body: RetentionBody, member: Member, given: Given) -> JsonObject:
    """Replaces what is set for the workflow; a field that is left out is taken from the workspace."""
    async with given.database.write() as connection:
        if not await retention.save(connection, member.workspace_id, workflow_id, body.told()):
            raise NotFound
    return await get_retention(workflow_id, member, given)


@router.delete("/runs/{run_id}", status_code=204)
@policy(Policy.MEMBER)
async def forget_run(run_id: str, member: Member, given: Given) -> None:
    """Deletes a run that has ended, with its record and its files."""
    run = await service.get(given, member.workspace_id, run_id)
    if run.status not in RUN_ENDS:
        raise Conflict(f"the run is {run.status}: cancel it first")
    async with given.database.read() as connection:
        if await retention.is_needed(connection, run.id):
            raise Conflict("a run that repeats this one goes on, and reads what it has recorded")
    try:
        await delete_run(given.database, given.storage, run.workspace_id, run.id)
    except (OSError, StoreAway):
        raise Unavailable("the files of the run can't be deleted now") from None
