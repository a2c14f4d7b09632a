"""`/failures`: what failed, the same failures together, and what people have decided on them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.lists import Cursor, Limit, cursor_of, place_of
from api.kit.problem import NotFound, Unprocessable
from api.kit.services import Given
from api.kit.times import in_utc, shown
from api.runs.schemas import ErrorView
from api.store import failures
from api.store.failures import FailureGroup, State
from interpreter.json_value import JsonObject

router = APIRouter(prefix="/failures", tags=["failures"], route_class=GuardedRoute)


class FailureView(BaseModel):
    fingerprint: str
    count: int = Field(description="How many runs failed so")
    first_seen: str
    last_seen: str
    state: State = Field(description="came_back: it was resolved, and a run has failed so since")
    by: str | None = Field(description="Who decided on it")
    run_id: str = Field(description="The last run that failed so")
    workflow_id: str
    workflow_name: str
    error: ErrorView | None
    days: list[int] = Field(description="How many on each of the last 14 days (UTC), the oldest first")


class FailurePage(BaseModel):
    items: list[FailureView]
    next_cursor: str | None


@router.get("", response_model=FailurePage)
@policy(Policy.MEMBER)
async def list_failures(
    member: Member,
    given: Given,
    limit: Limit = 50,
    cursor: Cursor = None,
    workflow: Annotated[str | None, Query(max_length=100)] = None,
    state: Annotated[list[State] | None, Query(description="open and came_back, when none is named")] = None,
) -> JsonObject:
    """Failed runs by what makes failures the same; the one that was seen last first."""
    place = place_of(cursor, str, str)
    before = None if place is None else (_time(place[0]), place[1])
    states: tuple[State, ...] = tuple(state) if state else ("open", "came_back")
    async with given.database.read() as connection:
        found = await failures.groups(connection, member.workspace_id, workflow, states, before, limit + 1)
        page = found[:limit]
        days = await failures.by_day(connection, member.workspace_id, [one.fingerprint for one in page], datetime.now(UTC))
    more = cursor_of(page[-1].last_seen.isoformat(), page[-1].fingerprint) if len(found) > limit else None
    return {"items": [_view(one, days[one.fingerprint]) for one in page], "next_cursor": more}


@router.get("/{fingerprint}", response_model=FailureView)
@policy(Policy.MEMBER)
async def get_failure(fingerprint: str, member: Member, given: Given) -> JsonObject:
    """One of them; `GET /runs?fingerprint=` lists its runs."""
    async with given.database.read() as connection:
        found = await failures.groups(connection, member.workspace_id, None, (), None, 1, fingerprint)
        days = await failures.by_day(connection, member.workspace_id, [fingerprint], datetime.now(UTC))
    if not found:
        raise NotFound
    return _view(found[0], days[fingerprint])


@router.post("/{fingerprint}/{decision}", response_model=FailureView)
@policy(Policy.MEMBER)
async def decide(
    fingerprint: str, decision: Literal["resolve", "ignore", "reopen"], member: Member, given: Given
) -> JsonObject:
    """Resolved, it comes back with the next run that fails so; ignored, it stays away until it is opened again."""
    await get_failure(fingerprint, member, given)
    state = {"resolve": "resolved", "ignore": "ignored", "reopen": None}[decision]
    async with given.database.write() as connection:
        await failures.decide(connection, member.workspace_id, fingerprint, state, member.name, datetime.now(UTC))
    found: JsonObject = await get_failure(fingerprint, member, given)
    return found


def _view(group: FailureGroup, days: list[int]) -> dict[str, Any]:
    return {
        "fingerprint": group.fingerprint,
        "count": group.count,
        "first_seen": shown(group.first_seen),
        "last_seen": shown(group.last_seen),
        "state": group.state,
        "by": group.by,
        "run_id": group.run_id,
        "workflow_id": group.workflow_id,
        "workflow_name": group.workflow_name,
        "error": group.error,
        "days": days,
    }


def _time(text: str) -> datetime:
    try:
        return in_utc(datetime.fromisoformat(text))
    except ValueError:
        raise Unprocessable("cursor: this is not a cursor of this list") from None
