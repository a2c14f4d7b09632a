"""`/health` and `/system`."""

from importlib.metadata import version

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.kit.guard import GuardedRoute, Policy, policy
from api.kit.problem import Unavailable
from api.kit.services import Given

router = APIRouter(tags=["system"], route_class=GuardedRoute)


class TemporalView(BaseModel):
    address: str
    namespace: str
    ui: str | None


class DatabaseView(BaseModel):
    kind: str


class SystemView(BaseModel):
    version: str
    temporal: TemporalView
    database: DatabaseView
    public_url: str


@router.get("/health/live", response_class=Response)
@policy(Policy.PUBLIC)
async def is_live() -> Response:
    """The process answers."""
    return Response(status_code=200)


@router.get("/health/ready", response_class=Response)
@policy(Policy.PUBLIC)
async def is_ready(given: Given) -> Response:
    """Database and Temporal answer."""
    if not (await given.database.is_ready() and await given.engine.is_ready()):
        raise Unavailable("not ready")
    return Response(status_code=200)


@router.get("/system")
@policy(Policy.MEMBER)
async def about(given: Given) -> SystemView:
    """What this installation is made of."""
    return SystemView(
        version=version("holdfast"),
        temporal=TemporalView(
            address=given.engine.temporal_address,
            namespace=given.engine.namespace,
            ui=given.settings.temporal_ui or None,
        ),
        database=DatabaseView(kind=given.database.kind),
        public_url=given.settings.public_url,
    )
