"""The client of all outbound HTTP calls: guarded, bounded, and without anything of this machine's environment."""

import asyncio
import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from urllib.parse import unquote_plus, urlencode

import httpx

from activities.kit.address_rules import AddressRules
from activities.kit.answer_body import read_body
from activities.kit.errors import (
    ConnectionFailed,
    EgressRefused,
    HttpError,
    InvalidConfig,
    InvalidResponse,
    Timeout,
    ValueTooLarge,
)
from activities.kit.guarded_transport import GuardedTransport
from activities.kit.header_rules import check_headers
from activities.kit.resolver import Resolver, SystemResolver
from activities.kit.url_rules import read_url

MAX_REDIRECTS = 5
_CONNECT_SECONDS = 10.0
_PATIENT_SECONDS = 60.0
_REDIRECT_BYTES = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GOES_ALONG = ("accept", "content-type", "user-agent", "idempotency-key")
"""Beginnings of the headers that follow a redirect to somebody else; any other may hold a secret."""
_QUOTED_BYTES = re.compile(r"[: ]+(bytearray\()?b['\"]")
_DEFAULTS = (("accept", "*/*"), ("accept-encoding", "gzip, deflate"), ("user-agent", "Holdfast"))

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Secret:
    """What proves who we are: never part of a URL or header that anybody sees."""

    headers: Pairs = ()
    query: Pairs = ()
    hosts: tuple[str, ...] | None = None
    """The only hosts it may be sent to: `api.shop.example`, `api.shop.example:8443`, `*.shop.example`."""

    def __repr__(self) -> str:
        return "Secret(…)"

    def may_go_to(self, url: httpx.URL) -> bool:
        """Whether one of its hosts is exactly the URL's."""
        return self.hosts is None or any(_host_matches(host.lower(), url) for host in self.hosts)


@dataclass(frozen=True, slots=True)
class EgressRequest:
    method: str
    url: str
    headers: Pairs = ()
    body: bytes = b""
    secret: Secret = Secret()


@dataclass(frozen=True, slots=True)
class EgressAnswer:
    status: int
    reason: str
    headers: httpx.Headers
    body: bytes
    url: str
    """Where the answer came from, after redirects; without the secret."""


class EgressClient:
    """One per worker process: its pool keeps connections, and it keeps nothing else (no cookies)."""

    def __init__(
        self,
        allow: Sequence[str] = (),
        *,
        rules: AddressRules | None = None,
        resolver: Resolver | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._resolver = resolver or SystemResolver()
        self.transport = GuardedTransport(rules or AddressRules(allow), self._resolver, context or _trusting_context())
        """For libraries that take an httpx transport: the same guard, the same pool."""

    async def __aenter__(self) -> "EgressClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.transport.aclose()
        self._resolver.close()

    async def send(
        self, request: EgressRequest, *, max_bytes: int, redirects: int = MAX_REDIRECTS, seconds: float | None = None
    ) -> EgressAnswer:
        """The answer, whatever its status.

        Follows at most `redirects` (0: a redirect is the answer). Raises `EgressRefused`, `InvalidConfig`,
        `ConnectionFailed`, `Timeout`, `ValueTooLarge`, `InvalidResponse`, or `HttpError` for a redirect too many.
        """
        url = read_url(request.url)
        check_headers((*request.headers, *request.secret.headers))
        if not request.secret.may_go_to(url):
            raise EgressRefused(f"the credential may not be sent to {url.host}", "its hosts say where it may go")
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(request, url, max_bytes, redirects, seconds or _PATIENT_SECONDS)
        except TimeoutError:
            raise Timeout(f"{url.host} did not answer in time") from None

    async def _follow(
        self, request: EgressRequest, url: httpx.URL, max_bytes: int, redirects: int, seconds: float
    ) -> EgressAnswer:
        for _ in range(redirects + 1):
            answer = await self._exchange(request, url, max_bytes, redirects > 0, seconds)
            if redirects == 0 or answer.status not in _REDIRECTS or not answer.headers.get("location"):
                return answer
            request = _redirected(request, answer)
            url = httpx.URL(request.url)
        raise HttpError(f"more than {redirects} redirects, the last to {url.host}")

    async def _exchange(
        self, request: EgressRequest, url: httpx.URL, max_bytes: int, follow: bool, seconds: float
    ) -> EgressAnswer:
        try:
            answer = await self.transport.handle_async_request(_as_httpx(request, url, seconds))
            try:
                # The body of a redirect is read only to keep the connection.
                limit = _REDIRECT_BYTES if follow and answer.has_redirect_location else max_bytes
                body = b"" if request.method == "HEAD" else await read_body(answer, limit)
            except ValueTooLarge:
                if not (follow and answer.has_redirect_location):
                    raise
                body = b""
            finally:
                await answer.aclose()
        except httpx.TimeoutException:
            raise Timeout(f"{request.method} {url.host}: no answer in time") from None
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol) as error:
            raise InvalidConfig(f"{request.method} {url.host}: {_told(error)}"[:300]) from None
        except httpx.TransportError as error:
            reason = _told(error) or "the connection broke"
            raise ConnectionFailed(f"{request.method} {url.host}:{_port(url)}: {reason}"[:300]) from None
        return EgressAnswer(answer.status_code, answer.reason_phrase, answer.headers, body, str(url))


def _told(error: httpx.TransportError) -> str:
    """Without the bytes that it quotes: they are what we sent, or an echo of it, and may hold a secret."""
    return _QUOTED_BYTES.split(str(error), maxsplit=1)[0]


def _as_httpx(request: EgressRequest, url: httpx.URL, seconds: float) -> httpx.Request:
    given = {name.lower() for name, _ in request.headers}
    headers = [pair for pair in _DEFAULTS if pair[0] not in given]
    secret = {name.lower() for name, _ in request.secret.headers}
    headers += [pair for pair in request.headers if pair[0].lower() not in secret]
    headers += request.secret.headers
    timeout = {"connect": min(seconds, _CONNECT_SECONDS), "read": seconds, "write": seconds, "pool": seconds}
    return httpx.Request(
        request.method,
        _with_query(url, request.secret.query),
        headers=[(name.encode(), value.encode()) for name, value in headers],
        content=request.body or None,
        extensions={"timeout": timeout},
    )


def moved(request: EgressRequest, seen_at: str, target: str) -> EgressRequest:
    """The same request for the address that an answer names, whole or relative to where it was seen.

    Somebody else's address gets neither the secret nor any header that could hold one.
    """
    try:
        found = read_url(str(httpx.URL(seen_at).join(target)))
    except (httpx.InvalidURL, ValueError, InvalidConfig):
        raise InvalidResponse("the answer names a next address that is no URL") from None
    if _origin(httpx.URL(request.url)) == _origin(found):
        return replace(request, url=str(found))
    harmless = tuple(pair for pair in request.headers if pair[0].lower().startswith(_GOES_ALONG))
    return replace(request, url=str(found), headers=harmless, secret=Secret())


def _redirected(request: EgressRequest, answer: EgressAnswer) -> EgressRequest:
    """What is asked of a redirect's target, as browsers do it."""
    status, method = answer.status, request.method
    if (status == 303 and method != "HEAD") or (status in (301, 302) and method == "POST"):
        kept = tuple(pair for pair in request.headers if pair[0].lower() != "content-type")
        request = replace(request, method="GET", body=b"", headers=kept)
    return moved(request, answer.url, answer.headers["location"])


def _with_query(url: httpx.URL, pairs: Pairs) -> httpx.URL:
    """Each name once: an address that a service gives often repeats the secret of the last request."""
    if not pairs:
        return url
    path, _, query = url.raw_path.partition(b"?")
    names = {name for name, _ in pairs}
    kept = [one for one in query.split(b"&") if one and unquote_plus(one.partition(b"=")[0].decode()) not in names]
    return url.copy_with(raw_path=path + b"?" + b"&".join([*kept, urlencode(pairs).encode()]))


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return (url.scheme, url.host, _port(url))


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _host_matches(host: str, url: httpx.URL) -> bool:
    name, colon, port = host.rpartition(":") if ":" in host and not host.endswith("]") else (host, "", "")
    if colon and port != str(_port(url)):
        return False
    if name.startswith("*."):
        return url.host.endswith(name[1:])
    return url.host == name.strip("[]")


def _trusting_context() -> ssl.SSLContext:
    """Trusts the bundled authorities and the system's own, which companies add theirs to."""
    context = httpx.create_ssl_context(trust_env=False)
    with suppress(ssl.SSLError):
        context.load_default_certs()
    return context
