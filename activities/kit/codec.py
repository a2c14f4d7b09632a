"""Everything that Temporal stores of a run is encrypted, with a key of the run's own workspace."""

from collections.abc import Sequence

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from activities.kit.keys import KeyRing, Tampered

ENCODING = b"binary/holdfast-aes-256-gcm"
_SHARED = ""
"""The workspace of payloads that belong to no run."""


def workspace_of(workflow_id: str | None) -> str:
    """A run's id begins with its workspace's id."""
    return (workflow_id or _SHARED).partition("-")[0]


class EncryptingCodec(PayloadCodec, WithSerializationContext):
    """AES-256-GCM; the key id travels with each payload, the workspace is bound to it."""

    def __init__(self, ring: KeyRing, workspace: str = _SHARED) -> None:
        self._ring = ring
        self._workspace = workspace

    def with_context(self, context: SerializationContext) -> "EncryptingCodec":
        """The codec of one run's workspace."""
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return EncryptingCodec(self._ring, workspace_of(context.workflow_id))
        return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._decrypted(payload) for payload in payloads]

    def _encrypted(self, payload: Payload) -> Payload:
        workspace = self._workspace.encode()
        kid, sealed = self._ring.encrypt(payload.SerializeToString(), workspace, f"payload:{self._workspace}")
        metadata = {"encoding": ENCODING, "kid": kid.encode(), "workspace": workspace}
        return Payload(metadata=metadata, data=sealed)

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        # The name of the workspace travels too: some decoders (a schedule's, a codec endpoint's) know no run.
        workspace, kid = payload.metadata.get("workspace"), payload.metadata.get("kid")
        if workspace is None or kid is None:
            raise Tampered("the payload does not say which key and workspace it belongs to")
        if self._workspace and workspace.decode() not in (self._workspace, _SHARED):
            raise Tampered("the payload belongs to another workspace")
        plain = self._ring.decrypt(kid.decode(), payload.data, workspace, f"payload:{workspace.decode()}")
        decoded = Payload()
        decoded.ParseFromString(plain)
        return decoded
