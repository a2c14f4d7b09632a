"""`/run-filters`: filters of the list of runs that people save by name, for everybody in the workspace."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.problem import Conflict, NotFound
from api.kit.services import Given
from api.kit.times import shown
from api.runs.filtering import RunQuery
from api.store import ids, run_filters
from api.store.run_filters import MOST, SavedFilter
from interpreter.json_value import JsonObject

router = APIRouter(prefix="/run-filters", tags=["runs"], route_class=GuardedRoute)


class FilterBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    query: RunQuery


class FilterView(BaseModel):
    id: str
    name: str
    query: JsonObject = Field(description="The query parameters of GET /runs")
    created_at: str


class FilterList(BaseModel):
    items: list[FilterView]
    next_cursor: str | None = None


@router.get("", response_model=FilterList)
@policy(Policy.MEMBER)
async def list_filters(member: Member, given: Given) -> JsonObject:
    async with given.database.read() as connection:
        return {"items": [_view(one) for one in await run_filters.all_of(connection, member.workspace_id)]}


@router.post("", status_code=201, response_model=FilterView)
@policy(Policy.MEMBER)
async def create_filter(body: FilterBody, member: Member, given: Given) -> JsonObject:
    saved = SavedFilter(ids.prefixed("flt"), body.name, _told(body.query), datetime.now(UTC))
    async with given.database.write() as connection:
        if await run_filters.count(connection, member.workspace_id) >= MOST:
            raise Conflict(f"a workspace has at most {MOST} saved filters")
        if not await run_filters.insert(connection, member.workspace_id, saved):
            raise Conflict(f'there is a filter "{body.name}" already')
    return _view(saved)


@router.put("/{filter_id}", response_model=FilterView)
@policy(Policy.MEMBER)
async def change_filter(filter_id: str, body: FilterBody, member: Member, given: Given) -> JsonObject:
    async with given.database.write() as connection:
        changed = await run_filters.change(connection, member.workspace_id, filter_id, body.name, _told(body.query))
        if changed is None:
            raise NotFound
        if not changed:
            raise Conflict(f'there is a filter "{body.name}" already')
        found = await run_filters.all_of(connection, member.workspace_id)
    return _view(next(one for one in found if one.id == filter_id))


@router.delete("/{filter_id}", status_code=204)
@policy(Policy.MEMBER)
async def remove_filter(filter_id: str, member: Member, given: Given) -> None:
    async with given.database.write() as connection:
        if not await run_filters.remove(connection, member.workspace_id, filter_id):
            raise NotFound


def _told(query: RunQuery) -> JsonObject:
    return query.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _view(saved: SavedFilter) -> JsonObject:
    return {"id": saved.id, "name": saved.name, "query": saved.query, "created_at": shown(saved.created_at)}
