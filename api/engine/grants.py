"""The permission that a run carries: which credentials its nodes may lease, signed at the start."""

import base64
import binascii
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from activities.kit.keys import KeyRing

_PURPOSE = "grant"
_DAYS = 40
"""Longer than a node may retry (30 days)."""


@dataclass(frozen=True, slots=True)
class Grant:
    workspace: str
    run: str
    credentials: tuple[str, ...]


def sign_grant(ring: KeyRing, workspace_id: str, run_id: str, credentials: Sequence[str]) -> str:
    """The grant of a run; empty when it needs no credential."""
    if not credentials:
        return ""
    expires = int(time.time()) + _DAYS * 86_400
    told = {"workspace": workspace_id, "run": run_id, "credentials": list(credentials), "exp": expires}
    message = json.dumps(told, separators=(",", ":")).encode()
    return f"{_encoded(message)}.{_encoded(ring.sign(_PURPOSE, message))}"


def check_grant(ring: KeyRing, token: str) -> Grant | None:
    """The grant of a token; None for a forged, broken or expired one."""
    message_text, _, signature_text = token.partition(".")
    try:
        message, signature = _decoded(message_text), _decoded(signature_text)
    except (binascii.Error, ValueError):
        return None
    if not ring.verify(_PURPOSE, message, signature):
        return None
    told = json.loads(message)
    if told["exp"] < time.time():
        return None
    return Grant(told["workspace"], told["run"], tuple(told["credentials"]))


def _encoded(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, altchars=b"-_", validate=True)
