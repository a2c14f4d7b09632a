"""`/hooks/resume/…`: where anybody who was given the address sends the event that a run waits for, once."""

from fastapi import APIRouter, Request

from api.kit.guard import GuardedRoute, Policy, policy
from api.kit.problem import NotFound
from api.kit.services import services_of
from api.runs import interventions
from api.store import runs
from interpreter.json_value import Json, JsonObject

router = APIRouter(tags=["hooks"], route_class=GuardedRoute)

# Not by GET: programs that look at mails before people do would answer for them.
@router.post("/hooks/resume/{token}/{key}", status_code=202)
@policy(Policy.PUBLIC)
async def resume(token: str, key: str, request: Request) -> JsonObject:
    """Sends the body (JSON, or nothing) as the event; a second one is refused."""
    given = services_of(request)
    run_id = given.engine.run_of_resume_token(token)
    if run_id is None:
        raise NotFound
    async with given.database.read() as connection:
        payload = await runs.start_payload(connection, run_id)
        run = None if payload is None else await runs.get(connection, payload.workspace_id, run_id)
    if run is None:
        raise NotFound
    body: Json = await request.json() if await request.body() else None
    await interventions.send_event(given, run, key, body, by="link")
    return {"accepted": True}
