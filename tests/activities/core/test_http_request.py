"""core.http_request@1: what it sends, what it gives back, which error each status means."""

import gzip
from typing import Any

import pytest

from activities.core.fake import FakeService
from activities.kit.egress import EgressClient
from activities.kit.errors import (
    AccessDenied,
    ConnectionFailed,
    EgressRefused,
    HttpError,
    InvalidConfig,
    InvalidResponse,
    NodeError,
    NotFound,
    RateLimited,
    ServerError,
    Timeout,
    ValueTooLarge,
)
from tests.activities.core.calling import Caller
from tests.activities.serving import serving


async def test_a_plain_get_gives_status_headers_and_json(call: Caller, url: str) -> None:
    given = await call(url=f"{url}/echo")
    assert given["status"] == 200 and given["headers"]["content-type"] == "application/json"
    assert given["body"]["method"] == "GET" and given.keys() == {"status", "headers", "body"}


async def test_query_and_headers_are_written_as_http_writes_them(call: Caller, url: str) -> None:
    config: dict[str, Any] = {
        "query": {"list": ["a", 1, None], "yes": True, "none": None, "text": "ä&b=c", "number": 1.5},
        "headers": {"X-Number": 7, "X-Yes": False, "X-None": None, "X-Umlaut": "ü"},
    }
    body = (await call(url=f"{url}/echo?own=%2F&x=1#part", **config))["body"]
    assert body["query"] == {"own": ["/"], "x": ["1"], "list": ["a", "1"], "yes": ["true"], "text": ["ä&b=c"], "number": ["1.5"]}
    assert body["headers"]["x-number"] == "7" and body["headers"]["x-yes"] == "false" and "x-none" not in body["headers"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST", "PATCH"])
async def test_only_methods_that_may_not_be_repeated_carry_a_key(call: Caller, service: FakeService, url: str, method: str) -> None:
    await call(url=f"{url}/echo", method=method)
    assert service.requests[0].method == method
    assert service.requests[0].headers.get("idempotency-key") == ("ws-1:n" if method in ("POST", "PATCH") else None)


async def test_the_users_own_idempotency_key_is_kept(call: Caller, service: FakeService, url: str) -> None:
    await call(url=f"{url}/echo", method="POST", headers={"Idempotency-Key": "mine"})
    assert service.requests[0].headers["idempotency-key"] == "mine"


@pytest.mark.parametrize("code", [404, 410])
async def test_a_wanted_status_is_no_error(call: Caller, url: str, code: int) -> None:
    given = await call(url=f"{url}/status/{code}", success_codes=["2xx", str(code)])
    assert given["status"] == code and given["body"] == {"error": "as told"}


async def test_a_success_that_is_not_wanted_is_an_error(call: Caller, url: str) -> None:
    with pytest.raises(HttpError, match="200"):
        await call(url=f"{url}/echo", success_codes=[201])


@pytest.mark.parametrize(
    ("code", "error", "retried"),
    [
        (400, HttpError, False),
        (401, AccessDenied, False),
        (403, AccessDenied, False),
        (404, NotFound, False),
        (408, HttpError, True),
        (418, HttpError, False),
        (422, HttpError, False),
        (425, HttpError, True),
        (429, RateLimited, True),
        (500, ServerError, True),
        (502, ServerError, True),
        (503, ServerError, True),
        (599, ServerError, True),
    ],
)
async def test_each_status_means_its_error(call: Caller, url: str, code: int, error: type[NodeError], retried: bool) -> None:
    with pytest.raises(NodeError) as failed:
        await call(url=f"{url}/status/{code}?secret_of_the_user=1")
    assert type(failed.value) is error and failed.value.name == error.name
    assert failed.value.retryable is retried
    assert str(code) in failed.value.message and "secret_of_the_user" not in failed.value.message
    assert failed.value.details["status"] == code and "as told" in failed.value.details["body"]


@pytest.mark.parametrize("code", [429, 503])
async def test_the_pause_that_a_service_asks_for_travels_with_the_error(call: Caller, url: str, code: int) -> None:
    with pytest.raises(NodeError) as failed:
        await call(url=f"{url}/status/{code}?retry_after=7")
    assert failed.value.retry_after == 7


async def test_redirects_are_followed_or_are_the_answer(call: Caller, url: str) -> None:
    assert (await call(url=f"{url}/redirect?to=/echo"))["body"]["path"] == "/echo"
    given = await call(url=f"{url}/redirect?to=/echo", follow_redirects=False)
    assert given["status"] == 302 and given["headers"]["location"] == "/echo" and given["body"] is None


async def test_time_size_and_connection_end_by_name(call: Caller, url: str) -> None:
    with pytest.raises(Timeout):
        await call(url=f"{url}/slow?seconds=30", seconds=0.3)
    with pytest.raises(ValueTooLarge):
        await call(url=f"{url}/bytes?size=2000", max_bytes=1000)
    with pytest.raises(ValueTooLarge):
        await call(url=f"{url}/endless")
    with pytest.raises(ConnectionFailed):
        await call(url="http://127.0.0.1:1/")
    with pytest.raises(EgressRefused):
        await call(url="http://10.0.0.1/")


@pytest.mark.parametrize(
    "config",
    [
        {"url": {"path": "/etc/passwd"}},
        {"url": 5},
        {"url": "x" * 20_000},
        {"method": "BREW"},
        {"method": "GET / HTTP/1.1\r\nX: "},
        {"headers": {"X": {"a": 1}}},
        {"headers": {"X": "1\r\nY: 2"}},
        {"headers": {"X\r\nY": "1"}},
        {"headers": {"Host": "evil.example"}},
        {"headers": {"Content-Length": "0"}},
        {"headers": {"Transfer-Encoding": "chunked"}},
        {"query": {"a": {"b": 1}}},
        {"query": {"a": "\ud800"}},
        {"query": {"\ud800": "a"}},
        {"headers": {"X": "\ud800"}},
        {"success_codes": ["20x"]},
        {"success_codes": []},
        {"max_bytes": 0},
        {"response": "xml"},
        {"body_type": "yaml"},
        {"pagination": {"mode": "guess"}},
        {"pagination": {"mode": "page"}, "response": "text"},
        {"verify": False},
    ],
)
async def test_a_wrong_config_is_named_and_reaches_nobody(call: Caller, service: FakeService, url: str, config: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig) as wrong:
        await call(**{"url": f"{url}/echo", **config})
    field = next(iter(config))
    assert wrong.value.message.startswith((field, "url", "response", "headers"))
    assert service.requests == []


async def test_s16_a_packed_answer_is_bounded_by_what_it_unpacks_to(call: Caller, url: str) -> None:
    assert (await call(url=f"{url}/gzip?size=1000", response="text"))["body"] == "\0" * 1000
    with pytest.raises(ValueTooLarge):
        await call(url=f"{url}/gzip?size=30000000")


def deep(size: int) -> bytes:
    return b"[" * size + b"]" * size


@pytest.mark.parametrize(
    "content",
    [b"{", b"NaN", b'{"a": Infinity}', b"\xff\xfe\xff", deep(100_000), b"1" * 5000, b"", gzip.compress(b"1")],
    ids=["broken", "nan", "infinity", "bytes", "deep", "long number", "empty", "packed"],
)
async def test_s17_what_is_no_json_is_an_invalid_answer(call: Caller, content: bytes) -> None:
    async with serving(_answering(content, b"application/json")) as port:
        address = f"http://127.0.0.1:{port}/"
        if not content:
            assert (await call(url=address, response="json"))["body"] is None
            return
        with pytest.raises(InvalidResponse):
            await call(url=address, response="json")


@pytest.mark.parametrize(
    ("content", "media_type", "body"),
    [
        (b'{"a": 1}', b"application/problem+json", {"a": 1}),
        (b'{"a": 1}', b"application/json; charset=utf-8", {"a": 1}),
        (b"\xef\xbb\xbf[1]", b"application/json", [1]),
        (b'"\\ud800 and \\ud83d\\ude00"', b"application/json", "\ufffd and \U0001f600"),
        (b"12345678901234567890123", b"application/json", 12345678901234567890123),
        ("grüße".encode("latin-1"), b"text/plain; charset=iso-8859-1", "grüße"),
        ("grüße".encode(), b"text/html", "grüße"),
        (b"\xff", b"text/plain", "\ufffd"),
        (b"abc", b"text/plain; charset=rot13", "abc"),
        (b"abc", b"text/plain; charset=zlib_codec", "abc"),
        (b"<a/>", b"application/xml", "<a/>"),
        (b"a,b", b"text/csv", "a,b"),
        (b"plain", b"", "plain"),
        (b"", b"application/zip", None),
    ],
)
async def test_the_body_is_read_by_its_type(call: Caller, content: bytes, media_type: bytes, body: Any) -> None:
    async with serving(_answering(content, media_type)) as port:
        assert (await call(url=f"http://127.0.0.1:{port}/"))["body"] == body


async def test_other_bytes_become_a_file_with_a_harmless_name(call: Caller, url: str) -> None:
    body = (await call(url=f"{url}/bytes?size=2000000"))["body"]
    assert body["$file"]["name"] == "zeros.bin" and body["$file"]["type"] == "application/zip"
    assert body["$file"]["size"] == 2_000_000
    assert await call.files.get(body) == bytes(2_000_000)


async def test_the_response_can_be_forced(call: Caller, url: str) -> None:
    assert (await call(url=f"{url}/text", response="binary"))["body"]["$file"]["size"] == len("grüße".encode())
    assert (await call(url=f"{url}/echo", response="text"))["body"].startswith("{")
    with pytest.raises(InvalidResponse):
        await call(url=f"{url}/text", response="json")


async def test_nothing_is_called_before_the_config_is_read(egress: EgressClient, service: FakeService, call: Caller, url: str) -> None:
    with pytest.raises(InvalidConfig):
        await call(url=f"{url}/echo", body=[1], body_type="form")
    assert service.requests == []


def _answering(content: bytes, media_type: bytes) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", media_type)] if media_type else []
        headers.append((b"content-length", str(len(content)).encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return app
