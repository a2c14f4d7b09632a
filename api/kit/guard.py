"""Every route says who may call it, and nobody gets in before that has been asked.

Default deny: a route without a policy does not come into being.
"""

import hmac
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote_plus

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from api.kit.key_door import Principal
from api.kit.problem import Unauthenticated, Unprocessable
from api.kit.services import services_of
from api.kit.strict_json import StrictRequest

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
_MARK = "__holdfast_policy__"
_SCHEME = "bearer "


class Policy(StrEnum):
    PUBLIC = "public"
    """Anybody. `tests/security` holds the literal list."""
    MEMBER = "member"
    """An API key of a workspace; the route works in that workspace only."""
    WORKER = "worker"
    """The worker's token, and nothing else."""


class RouteWithoutPolicy(LookupError):
    """A defect of the project, found when the app is made."""


def policy(chosen: Policy) -> Callable[[_Endpoint], _Endpoint]:
    """Declares who may call a route."""

    def mark(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _MARK, chosen)
        return endpoint

    return mark


def policy_of(endpoint: object) -> Policy:
    chosen = getattr(endpoint, _MARK, None)
    if chosen is None:
        raise RouteWithoutPolicy(f"{endpoint} declares no policy")
    return Policy(chosen)


class GuardedRoute(APIRoute):
    """Asks for the policy before anything of the request is read."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
        handle = super().get_route_handler()
        chosen = policy_of(self.endpoint)

        async def guarded(request: Request) -> Response:
            await let_in(request, chosen, _token(request.headers.get("authorization", "")))
            _check_address(request)
            return await handle(StrictRequest(request.scope, request.receive))

        return guarded


async def let_in(connection: HTTPConnection, chosen: Policy, token: str) -> None:
    """Raises `Unauthenticated` unless the token satisfies the policy."""
    services = services_of(connection)
    if chosen is Policy.MEMBER:
        principal = await services.keys.principal(token)
        if principal is None:
            raise Unauthenticated
        connection.state.principal = principal
    elif chosen is Policy.WORKER and not hmac.compare_digest(token.encode(), services.settings.worker_token.encode()):
        raise Unauthenticated


def _check_address(request: Request) -> None:
    """No database can hold the character NUL, and none needs to be asked for it."""
    address = request.url.path + unquote_plus(request.scope["query_string"].decode("latin-1"), errors="replace")
    if "\0" in address:
        raise Unprocessable("the address holds the character NUL")


def _token(header: str) -> str:
    return header[len(_SCHEME) :].strip() if header[: len(_SCHEME)].lower() == _SCHEME else ""


def _member(connection: HTTPConnection) -> Principal:
    principal: Principal = connection.state.principal
    return principal


Member = Annotated[Principal, Depends(_member)]
"""Who is asking, in a route with the policy `MEMBER`."""
