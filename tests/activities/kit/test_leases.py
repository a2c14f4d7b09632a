"""Leases: kept for a minute, refused clearly, patient while the API is away."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from activities.kit.api_client import ApiClient
from activities.kit.errors import ConnectionFailed, CredentialUnavailable
from activities.kit.leases import LeaseClient
from activities.kit.settings import KitSettings
from interpreter.protocol import NodeCall

CALL = NodeCall("ws-1", "ws", "n", "n", "core.http_request@1", {}, {}, credential="shop", grant="signed")
ANSWER = {"name": "shop", "kind": "bearer", "data": {"token": "secret"}, "hosts": ["x.example"], "expires_in": 60}


class FakeApi:
    """Answers like the API's internal routes, in the order of a script."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(home: Path, api: FakeApi) -> ApiClient:
    return ApiClient(KitSettings(home=home), httpx.MockTransport(api))


async def test_a_lease_is_asked_once_a_minute_with_token_and_grant(tmp_path: Path) -> None:
    api = FakeApi(httpx.Response(200, json=ANSWER))
    leases = LeaseClient(client(tmp_path, api))
    first, second = await leases.lease(CALL), await leases.lease(CALL)
    assert first is second and first.fields == {"token": "secret"} and first.hosts == ("x.example",)
    [asked] = api.asked
    assert asked.headers["Authorization"] == f"Bearer {KitSettings(home=tmp_path).worker_token}"
    assert b'"grant":"signed"' in asked.content.replace(b" ", b"")
    await leases.lease(replace(CALL, run_id="ws-2"))
    assert len(api.asked) == 2


async def test_a_credential_never_shows_its_fields(tmp_path: Path) -> None:
    leases = LeaseClient(client(tmp_path, FakeApi(httpx.Response(200, json=ANSWER))))
    assert "secret" not in repr(await leases.lease(CALL))


@pytest.mark.parametrize("status", [404, 403, 401, 422])
async def test_a_refusal_is_final_and_names_the_credential(tmp_path: Path, status: int) -> None:
    leases = LeaseClient(client(tmp_path, FakeApi(httpx.Response(status))))
    with pytest.raises(CredentialUnavailable, match="shop") as refused:
        await leases.lease(CALL)
    assert refused.value.retryable is False


async def test_an_api_that_restarts_uses_up_no_attempt(tmp_path: Path) -> None:
    api = FakeApi(httpx.ConnectError("refused"), httpx.Response(503), httpx.Response(200, json=ANSWER))
    assert (await LeaseClient(client(tmp_path, api)).lease(CALL)).name == "shop"
    assert len(api.asked) == 3


async def test_an_api_that_stays_away_is_a_retryable_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.kit.api_client.PATIENCE", 0.3)
    with pytest.raises(ConnectionFailed) as away:
        await LeaseClient(client(tmp_path, FakeApi(httpx.ConnectError("refused")))).lease(CALL)
    assert away.value.retryable is True
