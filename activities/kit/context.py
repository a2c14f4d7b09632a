"""What a node function may use besides its config."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from activities.kit.credential import Credential
from activities.kit.egress import EgressClient
from interpreter.json_value import JsonObject


class Files(Protocol):
    """The run's own folder of payload storage."""

    async def put(self, content: bytes, name: str, media_type: str) -> JsonObject:
        """Keeps bytes; gives the reference `{"$file": {name, type, size, hash}}`."""

    async def get(self, reference: JsonObject) -> bytes:
        """The bytes behind a reference of this run; raises `InvalidConfig`."""


@dataclass(frozen=True, slots=True)
class NodeContext:
    """One attempt of one node instance."""

    run_id: str
    workspace_id: str
    node_id: str
    key: str
    idempotency_key: str
    """The same for every attempt."""
    attempt: int
    seconds: float
    """The time that this attempt has."""
    http: EgressClient
    files: Files
    lease: Callable[[], Awaitable[Credential | None]]

    async def credential(self) -> Credential | None:
        """The node's credential, leased for this attempt; None when the node names none.

        Raises `CredentialUnavailable`.
        """
        return await self.lease()

    def log(self, message: str, **fields: object) -> None:
        """A line of the node's log; it must hold no secret."""
        structlog.get_logger("node").info(message, run_id=self.run_id, key=self.key, attempt=self.attempt, **fields)


__all__ = ["Credential", "Files", "NodeContext"]
