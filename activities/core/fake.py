"""A double of any HTTP service: echoes, fails, pages and redirects as its paths say. For tests and examples only."""

import asyncio
import base64
import gzip
import hmac
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

TOKEN = "fake-token-4711"
USER, PASSWORD = "anna", "fake-password"
ITEMS = 25
_PAGE = 10


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def first(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def raw(self) -> tuple[bytes, dict[str, str]]:
        if isinstance(self.body, bytes):
            return self.body, self.headers
        return json.dumps(self.body).encode(), {"content-type": "application/json", **self.headers}


class FakeService:
    """An ASGI application.

    /echo           what arrived, as JSON
    /status/{code}  that status; ?retry_after=7 adds the header, ?times=2 only for the first two calls of ?key=
    /items          25 items in pages of 10: ?page=1, ?cursor=…, Link header, `next` in the body
    /redirect       to ?to=, with ?code=302
    /slow           after ?seconds=
    /bytes          ?size= zeros as a file; /gzip the same, packed; /endless sends more than anybody may read
    /text           ?charset=
    /bearer, /basic, /header, /query   200 only with the right credential
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._calls: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await _read(scope, receive)
        self.requests.append(request)
        if request.path == "/endless":
            return await _endless(send)
        answer = await self._answer(request)
        content, headers = answer.raw()
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        raw.append((b"content-length", str(len(content)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else content})

    async def _answer(self, request: Request) -> Answer:
        kind = request.path.split("/")[1]
        if kind == "echo":
            return Answer(body=_echo(request))
        if kind == "status":
            return self._status(request)
        if kind == "items":
            return _items(request)
        if kind == "redirect":
            return Answer(int(request.first("code", "302")), b"", {"location": request.first("to")})
        if kind == "slow":
            await asyncio.sleep(float(request.first("seconds", "1")))
            return Answer(body={"slept": True})
        if kind in ("bytes", "gzip", "text"):
            return _content(kind, request)
        if kind in ("bearer", "basic", "header", "query"):
            return _guarded(kind, request)
        return Answer(404, {"error": "there is nothing here"})

    def _status(self, request: Request) -> Answer:
        self._calls[request.first("key")] += 1
        times = int(request.first("times", "0"))
        if times and self._calls[request.first("key")] > times:
            return Answer(body={"calls": self._calls[request.first("key")]})
        wait = request.first("retry_after")
        return Answer(int(request.path.split("/")[2]), {"error": "as told"}, {"retry-after": wait} if wait else {})


async def _read(scope: Scope, receive: Receive) -> Request:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
    return Request(scope["method"], scope["path"], query, headers, body)


def _echo(request: Request) -> dict[str, Any]:
    content = request.body.decode("utf-8", errors="replace")
    is_json = request.headers.get("content-type", "").startswith("application/json")
    return {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": request.headers,
        "text": content,
        "json": json.loads(content) if is_json and content else None,
    }


def _items(request: Request) -> Answer:
    """Each page says in all ways at once where the next is."""
    start = int(request.first("cursor") or (int(request.first("page", "1")) - 1) * _PAGE)
    items = [{"id": number} for number in range(start, min(start + _PAGE, ITEMS))]
    if start + _PAGE >= ITEMS:
        return Answer(body={"items": items, "next": None, "meta": {"cursor": None}})
    # Relative on purpose: that is how half of all services write it.
    following = f"{request.path}?cursor={start + _PAGE}"
    body = {"items": items, "next": following, "meta": {"cursor": start + _PAGE}}
    return Answer(body=body, headers={"link": f'</first>; rel="first", <{following}>; rel="next"'})


def _content(kind: str, request: Request) -> Answer:
    if kind == "text":
        charset = request.first("charset", "utf-8")
        return Answer(body="grüße".encode(charset), headers={"content-type": f"text/plain; charset={charset}"})
    zeros = bytes(int(request.first("size", "1000")))
    if kind == "gzip":
        return Answer(body=gzip.compress(zeros), headers={"content-type": "text/plain", "content-encoding": "gzip"})
    disposition = 'attachment; filename="../../zeros.bin"'
    return Answer(body=zeros, headers={"content-type": "application/zip", "content-disposition": disposition})


def _guarded(kind: str, request: Request) -> Answer:
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    shown, wanted = {
        "bearer": (request.headers.get("authorization", ""), f"Bearer {TOKEN}"),
        "basic": (request.headers.get("authorization", ""), f"Basic {basic}"),
        "header": (request.headers.get("x-api-key", ""), TOKEN),
        "query": (request.first("api_key"), TOKEN),
    }[kind]
    if hmac.compare_digest(shown.encode(), wanted.encode()):
        return Answer(body={"welcome": True, "you_sent": shown})
    return Answer(401, {"error": "who are you?", "you_sent": shown}, {"www-authenticate": kind})


async def _endless(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    # Far beyond every bound, but an end: a server does not say that nobody reads any more.
    for _ in range(2_000):
        await send({"type": "http.response.body", "body": bytes(64 * 1024), "more_body": True})
        await asyncio.sleep(0)
