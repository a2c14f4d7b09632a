"""Ids as they are made here: never taken from a request."""

import secrets
import time

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


def workspace_id() -> str:
    """Ten characters without a separator: the first part of every run id."""
    return "".join(secrets.choice(_BASE32) for _ in range(10))


def run_id(workspace: str) -> str:
    """`<workspace>-<ulid>`: sorted by time within a workspace."""
    return f"{workspace}-{_ulid()}"


def prefixed(prefix: str) -> str:
    """`<prefix>_<16 characters>`."""
    return f"{prefix}_" + "".join(secrets.choice(_BASE32) for _ in range(16))


def _ulid() -> str:
    value = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))
