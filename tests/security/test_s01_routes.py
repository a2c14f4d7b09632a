"""S01, S02: every route, found from the app itself, is closed to everybody but those it is for."""

import itertools
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from api.http.app import create_app
from api.kit.guard import GuardedRoute, RouteWithoutPolicy, policy_of
from api.settings import ApiSettings
from tests.api.installation import KEY, Installation

PUBLIC = {
    ("GET", "/api/v1/health/live"),
    ("GET", "/api/v1/health/ready"),
    # Guarded by the unguessable token in the address.
    ("POST", "/hooks/resume/{token}/{key}"),
    ("GET", "/{path:path}"),
    ("HEAD", "/{path:path}"),
}
"""The literal list: whatever else is open is a hole."""


def routes(app: Any) -> list[tuple[str, str]]:
    found = []
    for context in iter_route_contexts(app.routes):
        methods = context.methods or {"WEBSOCKET"}
        found += [(method, context.path or "") for method in sorted(methods)]
    return found


def filled(path: str) -> str:
    for name in ("workflow_id", "run_id", "type_id", "credential_id", "digest", "number"):
        path = path.replace("{" + name + "}", "1")
    return path


async def test_every_route_but_the_public_ones_refuses_who_has_no_valid_key(api: Installation) -> None:
    worker_token = api.services.settings.worker_token
    guarded = [route for route in routes(api.app) if route not in PUBLIC and route[0] != "WEBSOCKET"]
    assert len(guarded) > 25
    for (method, path), token in itertools.product(guarded, (None, "", "wrong", "Bearer", worker_token[:-1], KEY[:-1], "x" * 2000)):
        answer = await api.client(token, "").request(method, filled(path), json={})
        assert answer.status_code == 401, (method, path, token, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_worker_token_opens_no_member_route_and_a_key_opens_no_worker_route(api: Installation) -> None:
    for method, path in routes(api.app):
        if (method, path) in PUBLIC or method == "WEBSOCKET":
            continue
        token = KEY if path.startswith("/internal/") else api.services.settings.worker_token
        answer = await api.client(token, "").request(method, filled(path), json={})
        assert answer.status_code == 401, (method, path)


def test_the_websocket_closes_with_4401(api: Installation) -> None:
    client = TestClient(api.app)
    [path] = [path for method, path in routes(api.app) if method == "WEBSOCKET"]
    for protocols in ([], ["bearer.wrong"], ["bearer."], ["other"]):
        with client.websocket_connect(filled(path), subprotocols=protocols) as socket, pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 4401


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/runs/x/configs", "/api/v1/workflows;/health/live", "/api/v1/workflows/health/live", "/api/v1/workflows.svg",
        "//api/v1/workflows", "/api/v1/%2e%2e/v1/workflows", "/api/v1/health/live/../../workflows", "/api/v1/workflows/",
        "/API/V1/workflows", "/api/v1/openapi.json/x", "/internal/v1/leases/", "/hooks/x", "/internal",
    ],
)  # fmt: skip
async def test_a_path_that_looks_like_a_public_one_opens_nothing(api: Installation, path: str) -> None:
    answer = await api.client(None, "").get(path)
    shown = answer.headers.get("content-type", "").startswith("text/html")
    assert answer.status_code in (401, 404) or (shown and "workflow" not in path.lower().split("/api/")[0]), answer.text
    assert '"items"' not in answer.text


async def test_a_query_parameter_or_a_cookie_is_no_way_in(api: Installation) -> None:
    client = api.client(None, "")
    for answer in (
        await client.get(f"/api/v1/workflows?access_token={KEY}"),
        await client.get("/api/v1/workflows", headers={"Cookie": f"authorization={KEY}", "X-Api-Key": KEY}),
        await client.get("/api/v1/workflows", headers={"Authorization": f"Basic {KEY}"}),
    ):
        assert answer.status_code == 401


def test_a_route_that_forgot_its_policy_does_not_come_into_being(settings: ApiSettings) -> None:
    app = create_app(settings)

    async def open_door() -> None:
        return None

    with pytest.raises(RouteWithoutPolicy):
        GuardedRoute("/open", open_door)
    with pytest.raises(RouteWithoutPolicy):
        policy_of(open_door)
    assert all(path != "/open" for _, path in routes(app))


async def test_every_answer_carries_the_security_headers(api: Installation) -> None:
    for path in ("/", "/api/v1/workflows", "/api/v1/health/live", "/nowhere.txt"):
        headers = (await api.client(None, "").get(path)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"].split("style-src")[0]
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
