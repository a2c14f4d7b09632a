"""Seals and opens the secret part of credentials."""

import base64
import json

from activities.kit.keys import KeyRing
from api.store.credentials import Sealed

_PURPOSE = "credential"


class Vault:
    """AES-256-GCM with the ring's keys; a sealed text opens only for its own workspace and credential."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def seal(self, workspace_id: str, credential_id: str, fields: dict[str, str]) -> Sealed:
        plain = json.dumps(fields).encode()
        kid, sealed = self._ring.encrypt(plain, _bound_to(workspace_id, credential_id), _PURPOSE)
        return Sealed(kid, base64.b64encode(sealed).decode())

    def open(self, workspace_id: str, credential_id: str, sealed: Sealed) -> dict[str, str]:
        """Raises `UnknownKey` or `Tampered`."""
        bound = _bound_to(workspace_id, credential_id)
        plain = self._ring.decrypt(sealed.key_id, base64.b64decode(sealed.text), bound, _PURPOSE)
        fields: dict[str, str] = json.loads(plain)
        return fields


def _bound_to(workspace_id: str, credential_id: str) -> bytes:
    return f"{workspace_id}/{credential_id}".encode()
