"""`/workspaces`: so far the settings of the one that the key belongs to."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.problem import Unprocessable
from api.kit.services import Given
from api.retention.policy import RetentionBody
from api.store import workflows, workspaces
from interpreter.json_value import JsonObject

router = APIRouter(prefix="/workspaces/current", tags=["workspaces"], route_class=GuardedRoute)


class WorkspaceSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    error_workflow: str | None = Field(
        None, min_length=1, max_length=200, description="Runs when a run fails whose workflow names none: an id, or a name that only one has"
    )


@router.get("/settings", response_model=WorkspaceSettings)
@policy(Policy.MEMBER)
async def get_settings(member: Member, given: Given) -> JsonObject:
    async with given.database.read() as connection:
        saved = await workspaces.settings(connection, member.workspace_id)
    return {name: value for name, value in saved.items() if name in WorkspaceSettings.model_fields}


@router.put("/settings", response_model=WorkspaceSettings)
@policy(Policy.MEMBER)
async def save_settings(body: WorkspaceSettings, member: Member, given: Given) -> JsonObject:
    """Replaces all settings of the workspace."""
    wanted = body.model_dump(exclude_none=True)
    async with given.database.write() as connection:
        named = body.error_workflow
        if named is not None and len(await workflows.named(connection, member.workspace_id, named)) != 1:
            message = "this is neither the id of a workflow nor a name that only one has"
            raise Unprocessable(f"error_workflow: {message}", fields=[{"field": "error_workflow", "pointer": "/error_workflow", "message": message}])
        before = await workspaces.settings(connection, member.workspace_id)
        kept = {name: value for name, value in before.items() if name not in WorkspaceSettings.model_fields}
        await workspaces.save_settings(connection, member.workspace_id, {**kept, **wanted})
    return wanted


@router.get("/retention", response_model=RetentionBody, response_model_exclude_unset=True)
@policy(Policy.MEMBER)
async def get_retention(member: Member, given: Given) -> JsonObject:
    """How long runs are kept whose workflow says nothing else."""
    async with given.database.read() as connection:
        saved: JsonObject = (await workspaces.settings(connection, member.workspace_id)).get("retention", {})
    return saved


@router.put("/retention", response_model=RetentionBody, response_model_exclude_unset=True)
@policy(Policy.MEMBER)
async def save_retention(body: RetentionBody, member: Member, given: Given) -> JsonObject:
    """Replaces it; a field that is left out is taken from the installation."""
    async with given.database.write() as connection:
        settings = await workspaces.settings(connection, member.workspace_id)
        await workspaces.save_settings(connection, member.workspace_id, {**settings, "retention": body.told()})
    return body.told()
