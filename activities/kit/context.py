"""What a node function may use besides its config."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Protocol

from activities.kit.code_runtime import CodeRuntime
from activities.kit.credential import Credential
from activities.kit.egress import EgressClient
from interpreter.json_value import JsonObject
from interpreter.protocol import LogLine

MAX_LOG_LINES = 200
MAX_LINE_CHARACTERS = 1_000


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
    at_ms: int = 0
    """When the node was scheduled, in milliseconds since 1970: the same for every attempt."""
    code: CodeRuntime = field(default_factory=CodeRuntime)
    """Runs Python text, shut off from everything."""
    lines: list[LogLine] = field(default_factory=list)
    """What was logged so far; it travels with the result, or with the failure."""

    async def credential(self) -> Credential | None:
        """The node's credential, leased for this attempt; None when the node names none.

        Raises `CredentialUnavailable`.
        """
        return await self.lease()

    def log(
        self, message: str, level: Literal["debug", "info", "warning", "error"] = "info", **fields: object
    ) -> None:
        """A line of the node's log, with `name=value` for each field; it must hold no secret.

        Of an attempt the first 200 lines are kept, of a line the first 1,000 characters; then one line says so.
        """
        if len(self.lines) > MAX_LOG_LINES:
            return
        if len(self.lines) == MAX_LOG_LINES:
            message, level = f"more than {MAX_LOG_LINES} lines: the rest is left out", "warning"
        message = " ".join([message, *(f"{name}={value}" for name, value in fields.items())])
        shown = message[:MAX_LINE_CHARACTERS].encode(errors="replace").decode()
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.lines.append({"at": at, "level": level, "message": shown})


__all__ = ["Credential", "Files", "NodeContext"]
