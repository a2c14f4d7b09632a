"""`/internal/v1`: for workers only, by their token; no API key opens it."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from api.kit.guard import GuardedRoute, Policy, policy
from api.kit.problem import ApiError, NotAllowed, NotFound
from api.kit.services import Given
from api.store import credentials, plans, runs
from interpreter.protocol import RUN_ENDS

router = APIRouter(prefix="/internal/v1", tags=["internal"], route_class=GuardedRoute, include_in_schema=False)
_LEASE_SECONDS = 60


class UnknownCredential(ApiError):
    status, code = 404, "unknown_credential"


class LeaseBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    grant: str = Field(max_length=20_000)
    run_id: str = Field(max_length=100)
    key: str = Field(max_length=200)
    credential: str = Field(max_length=200)


class Lease(BaseModel):
    name: str
    kind: str
    data: dict[str, str]
    hosts: list[str] | None
    expires_in: int


@router.post("/leases")
@policy(Policy.WORKER)
async def lease_credential(body: LeaseBody, given: Given) -> Lease:
    """A credential for a minute: with the run's grant, and only while the run is open."""
    grant = given.engine.check_grant(body.grant)
    if grant is None or grant.run != body.run_id or body.credential not in grant.credentials:
        raise NotAllowed("the run has no grant for this credential")
    async with given.database.read() as connection:
        run = await runs.get(connection, grant.workspace, grant.run)
        if run is None or run.status in RUN_ENDS:
            raise NotAllowed("the run is not open")
        row = await credentials.named(connection, grant.workspace, body.credential)
    if row is None:
        raise UnknownCredential(f'there is no credential "{body.credential}"')
    fields = given.vault.open(row.workspace_id, row.id, row.sealed)
    return Lease(
        name=row.name, kind=row.kind, data=fields, hosts=list(row.hosts) if row.hosts else None, expires_in=_LEASE_SECONDS
    )


@router.get("/plans/{digest}", response_class=PlainTextResponse)
@policy(Policy.WORKER)
async def get_plan(digest: str, workspace_id: str, given: Given) -> Response:
    """A plan that is too large to travel inline."""
    async with given.database.read() as connection:
        text = await plans.get(connection, workspace_id, digest)
    if text is None:
        raise NotFound
    return PlainTextResponse(text)
