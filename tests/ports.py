"""Ports for tests that run at the same time: each process looks in a stretch of its own."""

import os

from temporal_workers.ports import next_free

_STRETCHES = 40
_PORTS = 20


def free_port(first: int) -> int:
    """A free port at or above `first`; two processes that ask at the same moment get different ones."""
    return next_free(first + os.getpid() % _STRETCHES * _PORTS)
