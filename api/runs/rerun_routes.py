"""`/runs/{id}/rerun`, and what there is to know of reruns."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.lists import Cursor, Limit, cursor_of, place_of
from api.kit.problem import Conflict
from api.kit.services import Given
from api.runs import rerun_tree, rerunning, service
from api.runs.rerun_schemas import Difference, RerunBody, RerunView, ReusePage, TreeView
from api.runs.routes import Once
from api.store.rerun_options import RerunOptions
from interpreter.json_value import JsonObject

router = APIRouter(tags=["runs"], route_class=GuardedRoute)
_SHOWN = 1_000


@router.post("/runs/{run_id}/rerun", status_code=202, response_model=RerunView)
@policy(Policy.MEMBER)
async def rerun_run(
    run_id: str, body: RerunBody, member: Member, given: Given, idempotency_key: Once = None
) -> JsonObject:
    """Repeats a run that has ended, as a new one: what still holds of the first is taken over without a call."""
    run = await service.get(given, member.workspace_id, run_id)
    begun = await rerunning.rerun(given, member, run, body, idempotency_key)
    view = service.view(await service.get(given, member.workspace_id, begun.run_id))
    verdicts = begun.outlook.verdicts
    reuse = [asdict(one) for one in verdicts[:_SHOWN]]
    return {**view, "reuse": reuse, "reuse_truncated": len(verdicts) > _SHOWN, "continues": list(begun.continues)}


@router.get("/runs/{run_id}/reuse", response_model=ReusePage)
@policy(Policy.MEMBER)
async def list_reuse(run_id: str, member: Member, given: Given, limit: Limit = 200, cursor: Cursor = None) -> JsonObject:
    """What a rerun took over from the run that it repeats, and why it did not take the rest."""
    place = place_of(cursor, int)
    first = max(0, place[0]) if place else 0
    run = await service.get(given, member.workspace_id, run_id)
    options = RerunOptions.of(run.options.rerun)
    if options is None or run.parent_run_id is None:
        raise Conflict("this run repeats no other")
    before = await service.get(given, member.workspace_id, run.parent_run_id)
    verdicts = (await given.engine.reuses.outlook_of(run, before, options)).verdicts
    page = verdicts[first : first + limit]
    more = cursor_of(first + limit) if first + limit < len(verdicts) else None
    return {"items": [asdict(one) for one in page], "next_cursor": more}


@router.get("/runs/{run_id}/tree", response_model=TreeView)
@policy(Policy.MEMBER)
async def get_tree(run_id: str, member: Member, given: Given) -> JsonObject:
    """The first run of all with its reruns, and where each parts from the sibling before it."""
    return await rerun_tree.tree(given, await service.get(given, member.workspace_id, run_id))


@router.get("/runs/{run_id}/difference", response_model=Difference | None)
@policy(Policy.MEMBER)
async def get_difference(
    run_id: str, member: Member, given: Given, to: Annotated[str, Query(min_length=1, max_length=100)]
) -> JsonObject | None:
    """The first instance that ended otherwise in another run; null when all ended alike."""
    before = await service.get(given, member.workspace_id, run_id)
    after = await service.get(given, member.workspace_id, to)
    parted = await rerun_tree.difference(given, member.workspace_id, before.id, after.id)
    return asdict(parted) if parted else None
