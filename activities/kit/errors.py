"""What can go wrong in a node, by name.

NodeError
├── InvalidConfig           the rendered config is not what the node type asks for        final
├── EgressRefused           the address may not be called                                 final
├── CredentialUnavailable   there is no such credential, or this run may not use it       final
├── ValueTooLarge           the output is larger than a run may carry                     final
├── InvalidResponse         the service answered something that can't be read             final
├── NotFound                404                                                           final
├── AccessDenied            401, 403                                                      final
├── HttpError               any other status that is not wanted                           final, but 408 and 425
├── CodeError               a mistake in the text of a code node                          final
├── CodeTimeout             the code took longer than it may                              final
├── MemoryLimit             the code took more memory than it may                         final
├── InterpreterCrashed      the process that ran the code has ended                       retried
├── RateLimited             429                                                           retried
├── ServerError             5xx                                                           retried
├── ConnectionFailed        no connection, or it broke                                    retried
├── StorageAway             payload storage can't be read or written                      retried
├── Timeout                 no answer in time                                             retried
└── InternalError           a defect of the node itself                                   retried
"""

from typing import ClassVar

from interpreter.json_value import Json


class NodeError(Exception):
    """Root of the tree. `message` is for people, `name` for machines; neither may hold a secret."""

    name: ClassVar[str] = "NodeError"
    retryable: bool = False

    def __init__(
        self, message: str, hint: str | None = None, details: Json = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details
        self.retry_after = retry_after
        """Seconds that the service asked to wait."""


class InvalidConfig(NodeError):
    name = "InvalidConfig"


class EgressRefused(NodeError):
    name = "EgressRefused"


class CredentialUnavailable(NodeError):
    name = "CredentialUnavailable"


class ValueTooLarge(NodeError):
    name = "ValueTooLarge"


class InvalidResponse(NodeError):
    name = "InvalidResponse"


class NotFound(NodeError):
    name = "NotFound"


class AccessDenied(NodeError):
    name = "AccessDenied"


class HttpError(NodeError):
    name = "HttpError"


class CodeError(NodeError):
    """`details` hold `line`, `source` (the line itself) and `error` (Python's name for it)."""

    name = "CodeError"


class CodeTimeout(NodeError):
    name = "CodeTimeout"


class MemoryLimit(NodeError):
    name = "MemoryLimit"


class InterpreterCrashed(NodeError):
    name = "InterpreterCrashed"
    retryable = True


class RateLimited(NodeError):
    name = "RateLimited"
    retryable = True


class ServerError(NodeError):
    name = "ServerError"
    retryable = True


class ConnectionFailed(NodeError):
    name = "ConnectionFailed"
    retryable = True


class StorageAway(NodeError):
    name = "StorageAway"
    retryable = True


class Timeout(NodeError):
    name = "Timeout"
    retryable = True


class InternalError(NodeError):
    name = "InternalError"
    retryable = True
