"""The only way out: resolves once, checks every address, and connects to an address that was checked."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from activities.kit.address_rules import Address, AddressRules, unwrapped
from activities.kit.errors import EgressRefused
from activities.kit.resolver import Resolver, literal
from activities.kit.url_rules import check_url

_CONNECT_SECONDS = 10.0
_MAX_CONNECTIONS = 500
_MAX_IDLE = 100
_IDLE_SECONDS = 4.0
"""Below the five seconds after which common servers close: else a request meets a connection that just ends."""


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for the pool; what it does not open can't be reached."""

    def __init__(self, rules: AddressRules, resolver: Resolver) -> None:
        self._rules = rules
        self._resolver = resolver
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        seconds = _CONNECT_SECONDS if timeout is None else timeout
        deadline = asyncio.get_running_loop().time() + seconds
        addresses = await self._checked(host, port, seconds)
        for left in range(len(addresses), 0, -1):
            share = max(0.05, (deadline - asyncio.get_running_loop().time()) / left)
            try:
                return await self._network.connect_tcp(str(addresses[-left]), port, timeout=share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if left == 1:
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise EgressRefused("sockets of this machine may not be called")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _checked(self, host: str, port: int, seconds: float) -> list[Address]:
        """The addresses of a host, all of them allowed; one that is not refuses the host."""
        written = literal(host)
        addresses = [written] if written is not None else await self._resolved(host, port, seconds)
        for address in addresses:
            why = self._rules.refusal_of(address)
            if why is not None:
                told = f"{host} is {address}" if written is None else str(address)
                hint = "an operator can open a range with HOLDFAST_EGRESS_ALLOW"
                raise EgressRefused(f"{told}, which may not be called ({why})", hint)
        return [unwrapped(address) for address in addresses]

    async def _resolved(self, host: str, port: int, seconds: float) -> list[Address]:
        try:
            async with asyncio.timeout(seconds):
                return await self._resolver.resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"no name server answered for {host}") from None
        except (OSError, UnicodeError):
            raise httpcore.ConnectError(f"the name {host} is not known") from None


class GuardedTransport(httpx.AsyncBaseTransport):
    """An httpx transport with a pool of checked connections; every request passes it, every redirect too."""

    def __init__(self, rules: AddressRules, resolver: Resolver, context: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=_MAX_IDLE,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=GuardedBackend(rules, resolver),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        check_url(request.url)
        url = request.url
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _told_by_httpx():
            answer = await self._pool.handle_async_request(asked)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer.stream), extensions=answer.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, parts: Any) -> None:
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _told_by_httpx():
            async for part in self._parts:
                yield part

    async def aclose(self) -> None:
        await self._parts.aclose()


_AS_HTTPX: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.NetworkError, httpx.ReadError),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.ProtocolError, httpx.RemoteProtocolError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
)


@contextmanager
def _told_by_httpx() -> Iterator[None]:
    """Errors as httpx tells them, so that libraries on top of httpx understand them."""
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        told = next(told for kind, told in _AS_HTTPX if isinstance(error, kind))
        raise told(str(error)) from error
