"""`POST /bundles`: opens a run that another installation has exported."""

import tempfile

from fastapi import APIRouter, Request, Response

from api.bundles.opening import open_bundle
from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.problem import TooLarge
from api.kit.services import Given
from api.runs import service
from api.runs.schemas import RunView
from interpreter.json_value import JsonObject

router = APIRouter(tags=["runs"], route_class=GuardedRoute)
MOST_UPLOADED = 256 * 1024 * 1024
_IN_MEMORY = 16 * 1024 * 1024
_BODY = {"requestBody": {"required": True, "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}


@router.post("/bundles", status_code=201, response_model=RunView, responses={200: {"model": RunView}}, openapi_extra=_BODY)
@policy(Policy.MEMBER)
async def open_(request: Request, response: Response, member: Member, given: Given) -> JsonObject:
    """Checks every hash and shows the run in it like any other; 200 when it was opened before."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > MOST_UPLOADED:
                raise TooLarge(f"the bundle is larger than {MOST_UPLOADED} bytes")
            file.write(piece)
        file.seek(0)
        run_id, new = await open_bundle(given, member, file)
    if not new:
        response.status_code = 200
    return await service.whole_view(given, await service.get(given, member.workspace_id, run_id))
