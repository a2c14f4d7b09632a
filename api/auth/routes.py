"""`/users/me`."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.kit.guard import GuardedRoute, Member, Policy, policy

router = APIRouter(prefix="/users", tags=["users"], route_class=GuardedRoute)


class WorkspaceView(BaseModel):
    id: str
    name: str


class Me(BaseModel):
    """Whoever holds the key of the request."""

    id: str
    name: str
    kind: str = "api_key"
    role: str
    workspace: WorkspaceView


@router.get("/me")
@policy(Policy.MEMBER)
async def who_am_i(member: Member) -> Me:
    """Who the key belongs to."""
    workspace = WorkspaceView(id=member.workspace_id, name=member.workspace_name)
    return Me(id=member.key_id, name=member.name, role=member.role, workspace=workspace)
