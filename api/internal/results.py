"""`/internal/v1/results`: the result cache, for the nodes of open runs."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from activities.kit.keys import KeysError
from activities.kit.result_cache import LARGEST
from api.kit.guard import GuardedRoute, Policy, policy
from api.kit.problem import NotAllowed
from api.kit.services import Given, Services
from api.kit.times import shown
from api.store import credentials, results, runs
from api.store.results import StoredResult
from api.store.runs import RunRow
from interpreter.json_value import JsonObject
from interpreter.protocol import RUN_ENDS

router = APIRouter(prefix="/internal/v1", tags=["internal"], route_class=GuardedRoute, include_in_schema=False)
_PURPOSE = "result"
_LONGEST_MS = 30 * 86_400_000


class ResultQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    workspace_id: str = Field(max_length=100)
    run_id: str = Field(max_length=100)
    digest: str = Field(pattern="^[0-9a-f]{64}$")
    credential: str | None = Field(None, max_length=200)
    age_ms: int = Field(0, ge=0, le=_LONGEST_MS)


class ResultBody(ResultQuestion):
    text: str = Field(max_length=LARGEST)
    ttl_ms: int = Field(ge=1, le=_LONGEST_MS)


@router.post("/results/find")
@policy(Policy.WORKER)
async def find_result(body: ResultQuestion, given: Given) -> JsonObject:
    """`{"text", "cached_at"}` of an equal call, or an empty object."""
    await _open_run(given, body)
    now = datetime.now(UTC)
    digest = await _digest(given, body)
    async with given.database.read() as connection:
        found = await results.find(connection, body.workspace_id, digest, now - timedelta(milliseconds=body.age_ms), now)
    if found is None:
        return {}
    try:
        plain = given.ring.decrypt(found.key_id, base64.b64decode(found.sealed), _bound_to(body.workspace_id, digest), _PURPOSE)
    except KeysError:
        return {}
    return {"text": plain.decode(), "cached_at": shown(found.stored_at)}


@router.post("/results")
@policy(Policy.WORKER)
async def keep_result(body: ResultBody, given: Given) -> JsonObject:
    """Keeps the output of a node for equal calls."""
    run = await _open_run(given, body)
    now = datetime.now(UTC)
    digest = await _digest(given, body)
    kid, sealed = given.ring.encrypt(body.text.encode(), _bound_to(body.workspace_id, digest), _PURPOSE)
    stored = StoredResult(base64.b64encode(sealed).decode(), kid, now)
    async with given.database.write() as connection:
        expires_at = now + timedelta(milliseconds=body.ttl_ms)
        await results.keep(connection, body.workspace_id, run.workflow_id, digest, stored, expires_at)
    return {}


async def _open_run(services: Services, body: ResultQuestion) -> RunRow:
    async with services.database.read() as connection:
        run = await runs.get(connection, body.workspace_id, body.run_id)
    if run is None or run.status in RUN_ENDS:
        raise NotAllowed("the run is not open")
    return run


async def _digest(services: Services, body: ResultQuestion) -> str:
    """With the credential as it is now: another secret under the same name may see other things."""
    if body.credential is None:
        return body.digest
    async with services.database.read() as connection:
        row = await credentials.named(connection, body.workspace_id, body.credential)
    if row is None:
        raise NotAllowed("there is no such credential")
    told = f"{body.digest}:{row.id}:{row.changed_at.isoformat()}"
    return hashlib.sha256(told.encode()).hexdigest()


def _bound_to(workspace_id: str, digest: str) -> bytes:
    return f"{workspace_id}/{digest}".encode()
