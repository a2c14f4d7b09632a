"""Many runs at once, by a filter: how many it would be, then one page after the other.

Nothing is kept of it: whoever repeats the same request goes on where the last one ended, since a run that was
cancelled, or repeated under this request's name, is not taken again.
"""

import hashlib
import json
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.engine.errors import TemporalAway
from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.key_door import Principal
from api.kit.problem import ApiError, Unprocessable
from api.kit.services import Given, Services
from api.runs import rerunning
from api.runs.filtering import RunQuery
from api.runs.rerun_schemas import RerunBody
from api.store import runs
from api.store.run_list import RunFilter, count_runs, list_runs
from api.store.runs import RunRow
from interpreter.json_value import JsonObject
from interpreter.protocol import RUN_ENDS

router = APIRouter(tags=["runs"], route_class=GuardedRoute)
MOST_COUNTED = 100_000
_SHOWN = 10


class BulkBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    action: Literal["cancel", "rerun"]
    filter: RunQuery
    rerun: RerunBody = Field(default_factory=lambda: RerunBody(origin="failed", definition="latest"))
    preview: bool = Field(True, strict=True, description="Only say how many it would be")
    limit: Annotated[int, Field(ge=1, le=200, strict=True, description="How many at most in one request")] = 100
    cursor: Annotated[str | None, Field(max_length=100, description="`next` of the answer before")] = None


class BulkFailure(BaseModel):
    run_id: str
    reason: str


class BulkView(BaseModel):
    count: int = Field(description="How many runs the filter finds that this can be done to, counted up to 100,000")
    sample: list[str] = Field(description="Some of them")
    done: list[str] = Field(description="The runs that were told to stop, or the new ones")
    failed: list[BulkFailure]
    next: str | None = Field(description="There are more: ask again with this cursor")


@router.post("/runs/bulk", status_code=202, response_model=BulkView)
@policy(Policy.MEMBER)
async def do_in_bulk(body: BulkBody, member: Member, given: Given) -> JsonObject:
    """Cancels, or repeats, the runs that a filter finds; with `preview` (the default) it only counts them."""
    wanted = _narrowed(body)
    async with given.database.read() as connection:
        count = await count_runs(connection, member.workspace_id, wanted, MOST_COUNTED)
        page = await list_runs(connection, member.workspace_id, wanted, None, _SHOWN)
    told: JsonObject = {"count": count, "sample": [run.id for run in page], "done": [], "failed": [], "next": None}
    if body.preview:
        return told
    found = await _page(given, member, wanted, body)
    for run in found[: body.limit]:
        try:
            told["done"].append(await _do(given, member, run, body))
        except (ApiError, TemporalAway) as error:
            told["failed"].append({"run_id": run.id, "reason": str(getattr(error, "detail", None) or error)})
    told["next"] = found[body.limit - 1].id if len(found) > body.limit else None
    return told


def _narrowed(body: BulkBody) -> RunFilter:
    """Only what this can be done to: open runs are cancelled, ended ones repeated."""
    possible = ("queued", "running", "waiting") if body.action == "cancel" else RUN_ENDS
    asked = body.filter.status
    query = body.filter.model_copy(update={"status": [one for one in asked or possible if one in possible]})
    if asked and not query.status:
        raise Unprocessable(f"filter.status: none of these can be {'cancelled' if body.action == 'cancel' else 'repeated'}")
    return query.wanted()


async def _page(services: Services, member: Principal, wanted: RunFilter, body: BulkBody) -> list[RunRow]:
    async with services.database.read() as connection:
        before = None
        if body.cursor is not None:
            found = await runs.get(connection, member.workspace_id, body.cursor)
            if found is None:
                raise Unprocessable("cursor: there is no such run")
            before = (found.created_at, found.id)
        return await list_runs(connection, member.workspace_id, wanted, before, body.limit + 1)


async def _do(services: Services, member: Principal, run: RunRow, body: BulkBody) -> str:
    if body.action == "cancel":
        await services.engine.cancel(run)
        return run.id
    # The same request again repeats no run twice.
    asked = json.dumps([run.id, body.rerun.model_dump(mode="json")], sort_keys=True)
    key = f"bulk-{hashlib.sha256(asked.encode()).hexdigest()[:40]}"
    return (await rerunning.rerun(services, member, run, body.rerun, key)).run_id
