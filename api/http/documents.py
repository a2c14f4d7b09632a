"""The OpenAPI document, for those who may see the API."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.kit.guard import GuardedRoute, Policy, policy

router = APIRouter(tags=["system"], route_class=GuardedRoute)


@router.get("/openapi.json", include_in_schema=False)
@policy(Policy.MEMBER)
async def openapi_document(request: Request) -> JSONResponse:
    """What this API offers, as OpenAPI 3.1."""
    return JSONResponse(request.app.openapi())
