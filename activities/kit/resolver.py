"""From a host name to its addresses, in threads of its own: a slow name server must not hold up anything else."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Protocol

from activities.kit.address_rules import Address

_THREADS = 16


class Resolver(Protocol):
    """Gives all addresses of a host."""

    async def resolve(self, host: str, port: int) -> list[Address]:
        """In the order in which they should be tried; raises `OSError` when there is none."""

    def close(self) -> None:
        """Gives back what it holds."""


class SystemResolver:
    """Asks the system, as every other program does."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, "resolver")

    async def resolve(self, host: str, port: int) -> list[Address]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[Address]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in answers]


def literal(host: str) -> Address | None:
    """The address that a host already is."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None
