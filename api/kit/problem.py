"""Every error as application/problem+json (RFC 9457).

ApiError
├── BadRequest 400 · Unauthenticated 401 · NotAllowed 403 · NotFound 404 · MethodNotAllowed 405
├── Conflict 409 · StaleDraft 409 · TooLarge 413
├── Unprocessable 422 · InvalidDefinition 422
└── Unavailable 503
"""

from http import HTTPStatus
from typing import ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.engine.errors import RunRefused, TemporalAway
from interpreter.finding import Finding
from interpreter.json_value import JsonObject

MEDIA_TYPE = "application/problem+json"
_SHOWN = 20


class ApiError(HTTPException):
    """Root of the tree: a status, a stable code, and words for people."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(self, detail: str, *, headers: dict[str, str] | None = None, **more: object) -> None:
        super().__init__(self.status, detail, headers)
        self.more = more
        """Further members of the problem."""


class BadRequest(ApiError):
    status, code = 400, "bad_request"


class Unauthenticated(ApiError):
    status, code = 401, "unauthenticated"

    def __init__(self) -> None:
        super().__init__(
            "send an API key that is valid: Authorization: Bearer <key>", headers={"WWW-Authenticate": "Bearer"}
        )


class NotAllowed(ApiError):
    status, code = 403, "not_allowed"


class NotFound(ApiError):
    status, code = 404, "not_found"

    def __init__(self) -> None:
        super().__init__("there is nothing here, or it is not yours")


class Conflict(ApiError):
    status, code = 409, "conflict"


class StaleDraft(ApiError):
    status, code = 409, "stale_draft"


class TooLarge(ApiError):
    status, code = 413, "too_large"


class Unprocessable(ApiError):
    status, code = 422, "unprocessable"


class InvalidDefinition(ApiError):
    status, code = 422, "invalid_definition"

    def __init__(self, detail: str, findings: list[Finding]) -> None:
        super().__init__(detail, findings=[finding.to_json() for finding in findings])


class Unavailable(ApiError):
    status, code = 503, "unavailable"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": "2"})


def problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: object) -> JSONResponse:
    """The answer for an error."""
    body: JsonObject = {
        "type": f"urn:holdfast:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    return JSONResponse(body, status, headers, media_type=MEDIA_TYPE)


def answer_problems(app: FastAPI) -> None:
    """Teaches an app to answer every error as a problem."""

    @app.exception_handler(HTTPException)
    async def told(_: Request, error: HTTPException) -> JSONResponse:
        if isinstance(error, ApiError):
            return problem(error.status, error.code, error.detail, dict(error.headers or {}), **error.more)
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        return problem(error.status_code, code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        fields = [
            {"field": ".".join(str(step) for step in one["loc"]), "message": one["msg"]} for one in error.errors()[:_SHOWN]
        ]
        detail = "; ".join(f"{one['field']}: {one['message']}" for one in fields)
        return problem(422, "invalid_request", detail, fields=fields)

    @app.exception_handler(RunRefused)
    async def refused(_: Request, error: RunRefused) -> JSONResponse:
        return problem(422, "run_refused", error.message, reason=error.code, hint=error.hint)

    @app.exception_handler(TemporalAway)
    async def away(_: Request, error: TemporalAway) -> JSONResponse:
        return problem(503, error.code, f"Temporal does not answer; {error.hint}", {"Retry-After": "2"})

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> JSONResponse:
        # Its text may hold anything: it goes to the log, not to the caller.
        structlog.get_logger("http").exception("a request met a defect", method=request.method, path=request.url.path)
        return problem(500, "internal_error", "something went wrong here; the log of the API has the details")
