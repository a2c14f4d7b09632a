"""The egress client against real servers: pool, redirects, secrets, TLS, time."""

import asyncio
import ssl
import time
from dataclasses import replace

import httpx
import pytest
import trustme

from activities.core.fake import FakeService
from activities.kit.egress import EgressClient, EgressRequest, Secret
from activities.kit.errors import (
    ConnectionFailed,
    EgressRefused,
    HttpError,
    InvalidConfig,
    InvalidResponse,
    Timeout,
    ValueTooLarge,
)
from tests.activities.conftest import LOOPBACK
from tests.activities.names import FakeResolver
from tests.activities.serving import serving

SECRET = Secret(headers=(("Authorization", "Bearer canary-1"), ("X-Key", "canary-2")), query=(("api_key", "canary-3"),))
PLENTY = 1024 * 1024


async def test_a_request_arrives_as_it_was_asked(egress: EgressClient, service: FakeService, url: str) -> None:
    asked = EgressRequest("PUT", f"{url}/echo?a=1&b=%2F", (("X-Umlaut", "ü"), ("Accept", "text/x")), b"body")
    answer = await egress.send(asked, max_bytes=PLENTY)
    assert answer.status == 200 and answer.reason == "OK" and answer.url == f"{url}/echo?a=1&b=%2F"
    [arrived] = service.requests
    assert (arrived.method, arrived.body, arrived.query) == ("PUT", b"body", {"a": ["1"], "b": ["/"]})
    assert arrived.headers["host"] == url.removeprefix("http://")
    assert arrived.headers["accept"] == "text/x" and arrived.headers["content-length"] == "4"


async def test_connections_are_kept_and_cookies_are_not(egress: EgressClient) -> None:
    peers, cookies = [], []

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        peers.append(scope["client"])
        cookies.append(dict(scope["headers"]).get(b"cookie"))
        headers = [(b"set-cookie", b"session=canary"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    async with serving(app) as port:
        for _ in range(5):
            await egress.send(EgressRequest("GET", f"http://127.0.0.1:{port}/"), max_bytes=PLENTY)
    assert len(set(peers)) == 1 and cookies == [None] * 5


async def test_nothing_of_the_environment_is_used(
    egress: EgressClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with EgressClient(LOOPBACK) as fresh:
        assert (await fresh.send(EgressRequest("GET", f"{url}/echo"), max_bytes=PLENTY)).status == 200


async def test_a_secret_is_sent_and_stays_out_of_the_address(egress: EgressClient, service: FakeService, url: str) -> None:
    asked = EgressRequest("GET", f"{url}/echo?x=1&api_key=old", (("authorization", "mine"),), secret=SECRET)
    answer = await egress.send(asked, max_bytes=PLENTY)
    [arrived] = service.requests
    assert arrived.headers["authorization"] == "Bearer canary-1" and arrived.headers["x-key"] == "canary-2"
    assert arrived.query == {"x": ["1"], "api_key": ["canary-3"]}
    assert "canary" not in answer.url and "canary" not in repr(asked)


async def test_a_redirect_within_the_origin_keeps_the_secret(egress: EgressClient, service: FakeService, url: str) -> None:
    asked = EgressRequest("GET", f"{url}/redirect?to=/echo%3Fapi_key%3Dcanary-3", secret=SECRET)
    answer = await egress.send(asked, max_bytes=PLENTY)
    assert answer.status == 200 and answer.url.startswith(f"{url}/echo")
    assert service.requests[-1].headers["authorization"] == "Bearer canary-1"
    assert service.requests[-1].query == {"api_key": ["canary-3"]}


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_to_another_origin_loses_every_secret(egress: EgressClient, service: FakeService, url: str, code: int) -> None:
    other = FakeService()
    async with serving(other) as port:
        to = f"http://127.0.0.1:{port}/echo"
        headers = (("Accept", "text/x"), ("Cookie", "canary-4"), ("X-Api-Key", "canary-5"), ("Idempotency-Key", "key"))
        asked = EgressRequest("POST", f"{url}/redirect?code={code}&to={to}", headers, b"body", SECRET)
        await egress.send(asked, max_bytes=PLENTY)
    [arrived] = other.requests
    assert "canary" not in repr(arrived)
    assert arrived.headers["accept"] == "text/x" and arrived.headers["idempotency-key"] == "key"
    assert (arrived.method, arrived.body) == (("GET", b"") if code < 307 else ("POST", b"body"))


async def test_a_redirect_from_https_to_http_is_another_origin() -> None:
    plain, secure = FakeService(), FakeService()
    server, trusted = _certificates("shop.example")
    resolver = FakeResolver(shop_example=["127.0.0.1"])
    async with (
        serving(plain) as port,
        serving(secure, server) as tls_port,
        EgressClient(LOOPBACK, resolver=resolver, context=trusted) as client,
    ):
        to = f"http://shop.example:{port}/echo"
        asked = EgressRequest("GET", f"https://shop.example:{tls_port}/redirect?to={to}", secret=SECRET)
        await client.send(asked, max_bytes=PLENTY)
    assert "canary-1" in repr(secure.requests) and "canary" not in repr(plain.requests)


async def test_five_redirects_are_followed_and_six_are_not(egress: EgressClient, service: FakeService, url: str) -> None:
    def nested(count: int) -> str:
        target = f"{url}/echo"
        for _ in range(count):
            target = str(httpx.URL(f"{url}/redirect").copy_set_param("to", target))
        return target

    assert (await egress.send(EgressRequest("GET", nested(5)), max_bytes=PLENTY)).status == 200
    service.requests.clear()
    with pytest.raises(HttpError, match="more than 5 redirects"):
        await egress.send(EgressRequest("GET", nested(6)), max_bytes=PLENTY)
    assert len(service.requests) == 6


async def test_a_redirect_can_be_the_answer(egress: EgressClient, url: str) -> None:
    answer = await egress.send(EgressRequest("GET", f"{url}/redirect?to=/echo"), max_bytes=PLENTY, redirects=0)
    assert answer.status == 302 and answer.headers["location"] == "/echo"


@pytest.mark.parametrize(("to", "error"), [("file:///etc/passwd", EgressRefused), ("http://a@b/", EgressRefused), ("http://x:99999/", InvalidResponse)])
async def test_a_redirect_to_no_proper_address_is_refused(egress: EgressClient, url: str, to: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await egress.send(EgressRequest("GET", f"{url}/redirect?to={to}"), max_bytes=PLENTY)


@pytest.mark.parametrize(
    ("hosts", "url", "allowed"),
    [
        (None, "https://any.example/", True),
        (("api.x.example",), "https://api.x.example/", True),
        (("API.x.example",), "https://api.X.example:8443/", True),
        (("api.x.example:8443",), "https://api.x.example:8443/", True),
        (("api.x.example:443",), "https://api.x.example/", True),
        (("api.x.example:8443",), "https://api.x.example/", False),
        (("*.x.example",), "https://api.x.example/", True),
        (("*.x.example",), "https://x.example/", False),
        (("*.x.example",), "https://evilx.example/", False),
        (("api.x.example",), "https://api.x.example.evil.example/", False),
        (("api.x.example",), "https://evil.example/api.x.example", False),
        (("[::1]",), "http://[::1]:8080/", True),
        ((), "https://api.x.example/", False),
    ],
)
def test_a_secret_goes_to_its_own_hosts_only(hosts: tuple[str, ...] | None, url: str, allowed: bool) -> None:
    assert replace(SECRET, hosts=hosts).may_go_to(httpx.URL(url)) is allowed


async def test_the_right_name_is_shown_to_tls_and_checked() -> None:
    service = FakeService()
    server, trusted = _certificates("shop.example")
    resolver = FakeResolver(shop_example=["127.0.0.1"], other_example=["127.0.0.1"])
    async with serving(service, server) as port, EgressClient(LOOPBACK, resolver=resolver, context=trusted) as client:
        answer = await client.send(EgressRequest("GET", f"https://shop.example:{port}/echo"), max_bytes=PLENTY)
        assert answer.status == 200 and service.requests[0].headers["host"] == f"shop.example:{port}"
        with pytest.raises(ConnectionFailed, match="certificate"):
            await client.send(EgressRequest("GET", f"https://other.example:{port}/echo"), max_bytes=PLENTY)
    async with serving(service, server) as port, EgressClient(LOOPBACK, resolver=resolver) as suspicious:
        with pytest.raises(ConnectionFailed, match="certificate"):
            await suspicious.send(EgressRequest("GET", f"https://shop.example:{port}/echo"), max_bytes=PLENTY)


async def test_the_next_address_is_tried_when_one_does_not_answer(service: FakeService, url: str) -> None:
    port = httpx.URL(url).port
    resolver = FakeResolver(shop_example=["127.0.0.2", "127.0.0.1"])
    async with EgressClient(LOOPBACK, resolver=resolver) as client:
        answer = await client.send(EgressRequest("GET", f"http://shop.example:{port}/echo"), max_bytes=PLENTY)
    assert answer.status == 200 and resolver.asked == ["shop.example"]


async def test_a_slow_answer_a_silent_port_and_an_endless_body_end_in_time(egress: EgressClient, url: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Timeout):
        await egress.send(EgressRequest("GET", f"{url}/slow?seconds=30"), max_bytes=PLENTY, seconds=0.3)
    with pytest.raises(Timeout):
        await egress.send(EgressRequest("GET", f"{url}/endless"), max_bytes=10**12, seconds=0.3)
    assert time.monotonic() - begun < 5
    with pytest.raises(ValueTooLarge):
        await egress.send(EgressRequest("GET", f"{url}/endless"), max_bytes=10**6)


async def test_what_does_not_connect_is_a_failed_connection(egress: EgressClient) -> None:
    for address in ("http://127.0.0.1:1/", "http://no-such-name.invalid/"):
        with pytest.raises(ConnectionFailed) as failed:
            await egress.send(EgressRequest("GET", address), max_bytes=PLENTY, seconds=20)
        assert failed.value.retryable


@pytest.mark.parametrize("sent", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"])
async def test_an_answer_that_breaks_off_is_a_failed_connection(egress: EgressClient, sent: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(sent)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConnectionFailed):
            await egress.send(EgressRequest("GET", f"http://127.0.0.1:{port}/"), max_bytes=PLENTY, seconds=5)


async def test_a_header_with_a_line_break_reaches_nobody(egress: EgressClient, service: FakeService, url: str) -> None:
    for asked in (
        EgressRequest("GET", url, (("X", "1\r\nY: 2"),)),
        EgressRequest("GET", url, secret=Secret(headers=(("X", "canary\r\nY: 2"),))),
    ):
        with pytest.raises(InvalidConfig) as refused:
            await egress.send(asked, max_bytes=PLENTY)
        assert "canary" not in str(refused.value)
    assert service.requests == []


def _certificates(name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client
