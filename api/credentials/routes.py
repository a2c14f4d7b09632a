"""`/credentials` and `/credential-kinds`: write-only."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.credentials import service
from api.credentials.kinds import KINDS
from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.lists import Cursor, Limit, cursor_of, place_of
from api.kit.services import Given
from api.kit.times import shown
from api.store import credentials as store
from api.store.credentials import CredentialRow
from interpreter.json_value import JsonObject

router = APIRouter(tags=["credentials"], route_class=GuardedRoute)

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\s/][^/\r\n]*$")]
Host = Annotated[str, StringConstraints(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.*_-]+$")]


class CredentialBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    kind: str = Field(max_length=50)
    data: JsonObject = Field(description="The secret part, by kind; it is never shown again")
    hosts: list[Host] | None = Field(None, max_length=50, description="The only hosts it may be sent to")


class CredentialView(BaseModel):
    id: str
    name: str
    kind: str
    hosts: list[str] | None
    created_at: str
    changed_at: str


class CredentialPage(BaseModel):
    items: list[CredentialView]
    next_cursor: str | None


class KindView(BaseModel):
    id: str
    title: str
    description: str
    data_schema: JsonObject


class Kinds(BaseModel):
    items: list[KindView]
    next_cursor: None = None


@router.get("/credential-kinds", response_model=Kinds)
@policy(Policy.MEMBER)
async def list_kinds() -> JsonObject:
    """What kinds there are, and what `data` holds in each."""
    views = [{"id": kind.id, "title": kind.title, "description": kind.description, "data_schema": kind.schema()} for kind in KINDS.values()]
    return {"items": views}


@router.get("/credentials", response_model=CredentialPage)
@policy(Policy.MEMBER)
async def list_credentials(member: Member, given: Given, limit: Limit = 50, cursor: Cursor = None) -> JsonObject:
    """By name, without their secrets."""
    after = place_of(cursor, str)
    async with given.database.read() as connection:
        rows = await store.list_(connection, member.workspace_id, after[0] if after else None, limit + 1)
    return {
        "items": [_view(row) for row in rows[:limit]],
        "next_cursor": cursor_of(rows[limit - 1].name) if len(rows) > limit else None,
    }


@router.post("/credentials", status_code=201, response_model=CredentialView)
@policy(Policy.MEMBER)
async def create_credential(body: CredentialBody, member: Member, given: Given) -> JsonObject:
    return _view(await service.create(given, member.workspace_id, body.name, body.kind, body.data, body.hosts))


@router.get("/credentials/{credential_id}", response_model=CredentialView)
@policy(Policy.MEMBER)
async def get_credential(credential_id: str, member: Member, given: Given) -> JsonObject:
    return _view(await service.get(given, member.workspace_id, credential_id))


@router.put("/credentials/{credential_id}", response_model=CredentialView)
@policy(Policy.MEMBER)
async def replace_credential(credential_id: str, body: CredentialBody, member: Member, given: Given) -> JsonObject:
    """Another secret under the same id."""
    made = await service.replace(given, member.workspace_id, credential_id, body.name, body.kind, body.data, body.hosts)
    return _view(made)


@router.delete("/credentials/{credential_id}", status_code=204)
@policy(Policy.MEMBER)
async def delete_credential(credential_id: str, member: Member, given: Given) -> Response:
    await service.delete(given, member.workspace_id, credential_id)
    return Response(status_code=204)


def _view(row: CredentialRow) -> JsonObject:
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "hosts": None if row.hosts is None else list(row.hosts),
        "created_at": shown(row.created_at),
        "changed_at": shown(row.changed_at),
    }
