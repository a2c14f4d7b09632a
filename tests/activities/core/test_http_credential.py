"""Credentials of core.http_request@1: each kind, its hosts, and nothing of it in what comes back (S33)."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from activities.core.fake import PASSWORD, TOKEN, USER, FakeService
from activities.core.http_credential import forms_of, hidden
from activities.kit.credential import Credential
from activities.kit.errors import AccessDenied, CredentialUnavailable, EgressRefused, InvalidConfig, NodeError
from tests.activities.core.calling import Caller
from tests.activities.serving import serving

KINDS = {
    "bearer": {"token": TOKEN},
    "basic": {"username": USER, "password": PASSWORD},
    "header": {"name": "X-Api-Key", "value": TOKEN},
    "query": {"name": "api_key", "value": TOKEN},
}


def credential(kind: str, hosts: tuple[str, ...] | None = None, **fields: str) -> Credential:
    return Credential("shop-key", kind, {**KINDS.get(kind, {}), **fields}, hosts)


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_opens_its_door_and_never_shows(call: Caller, url: str, kind: str) -> None:
    with pytest.raises(AccessDenied):
        await call(url=f"{url}/{kind}")
    given = await call(credential(kind), url=f"{url}/{kind}")
    assert given["body"]["welcome"] is True
    # The double sends back what it was shown.
    assert TOKEN not in json.dumps(given) and PASSWORD not in json.dumps(given)
    assert base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode() not in json.dumps(given)
    assert "[credential]" in given["body"]["you_sent"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_refused_credential_does_not_show_in_the_error(call: Caller, url: str, kind: str) -> None:
    field = "password" if kind == "basic" else "token" if kind == "bearer" else "value"
    with pytest.raises(AccessDenied) as denied:
        await call(credential(kind, **{field: "canary/4711+x"}), url=f"{url}/{kind}")
    shown = repr((denied.value.message, denied.value.hint, denied.value.details))
    assert "canary" not in shown and quote("canary/4711+x", safe="") not in shown
    assert base64.b64encode(f"{USER}:canary/4711+x".encode()).decode() not in shown


@pytest.mark.parametrize("kind", ["aws", ""])
async def test_a_credential_of_another_kind_is_refused(call: Caller, url: str, kind: str) -> None:
    with pytest.raises(CredentialUnavailable, match="shop-key"):
        await call(credential(kind), url=f"{url}/echo")


async def test_a_credential_without_its_field_or_with_a_line_break_is_refused(call: Caller, service: FakeService, url: str) -> None:
    with pytest.raises(CredentialUnavailable, match="token"):
        await call(Credential("shop-key", "bearer", {}), url=f"{url}/echo")
    with pytest.raises(InvalidConfig) as refused:
        await call(credential("bearer", token="canary\r\nX: 1"), url=f"{url}/echo")
    assert "canary" not in refused.value.message and service.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.2:{port}/echo",
        "http://shop.example@127.0.0.1:{port}/echo",
        "http://127.0.0.1.evil.example:{port}/echo",
        "http://127.0.0.1:{port}@127.0.0.2:{port}/echo",
        "http://127.1:{port}/",
    ],
)
async def test_s33_a_bound_credential_is_sent_nowhere_else(call: Caller, service: FakeService, url: str, address: str) -> None:
    port = url.rpartition(":")[2]
    with pytest.raises(EgressRefused):
        await call(credential("bearer", ("127.0.0.1",)), url=address.format(port=port))
    assert service.requests == []
    await call(credential("bearer", ("127.0.0.1",)), url=f"{url}/echo")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hosts", [None, ("127.0.0.1:{port}",)])
async def test_s33_a_redirect_to_another_origin_drops_the_credential(call: Caller, url: str, kind: str, hosts: tuple[str, ...] | None) -> None:
    elsewhere = FakeService()
    bound = tuple(host.format(port=url.rpartition(":")[2]) for host in hosts) if hosts else None
    async with serving(elsewhere) as port:
        await call(credential(kind, bound), url=f"{url}/redirect?to=http://127.0.0.1:{port}/echo")
    [arrived] = elsewhere.requests
    assert TOKEN not in repr(arrived) and "authorization" not in arrived.headers


@pytest.mark.parametrize("kind", KINDS)
async def test_s33_a_next_page_of_another_origin_gets_no_credential(call: Caller, kind: str) -> None:
    elsewhere = FakeService()
    async with serving(elsewhere) as far, serving(_linking(f"http://127.0.0.1:{far}/items")) as near:
        given = await call(
            credential(kind),
            url=f"http://127.0.0.1:{near}/",
            headers={"X-Private": "canary"},
            pagination={"mode": "next_url", "next": "/next", "items": "/items"},
        )
    assert given["pages"] == 4
    assert TOKEN not in repr(elsewhere.requests) and "canary" not in repr(elsewhere.requests)


async def test_an_error_of_a_credential_never_holds_its_text() -> None:
    text = 'ca"na/ry+ü 4711'
    forms = forms_of(Credential("x", "bearer", {"token": text}))
    for spelled in (text, quote(text), quote(text, safe=""), json.dumps(text), base64.b64encode(text.encode()).decode()):
        assert b"4711" not in hidden(spelled.encode(), forms)
    assert hidden(b"nothing", forms) == b"nothing"


async def test_a_word_too_short_to_be_a_secret_hides_nothing(call: Caller, url: str) -> None:
    given: Any = await call(credential("bearer", token="GET"), url=f"{url}/echo")
    assert given["body"]["method"] == "GET"


def test_node_errors_are_all_in_one_tree() -> None:
    assert issubclass(CredentialUnavailable, NodeError)


def _linking(target: str) -> Any:
    content = json.dumps({"items": [], "next": target}).encode()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return app
