"""One thing wrong with a definition."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from interpreter.json_value import JsonObject


class Code(StrEnum):
    """Every finding code; `docs/findings.md` explains each."""

    INVALID_DEFINITION = "invalid_definition"
    NO_NODES = "no_nodes"
    TOO_MANY_NODES = "too_many_nodes"
    TOO_MANY_EDGES = "too_many_edges"
    INVALID_ID = "invalid_id"
    RESERVED_ID = "reserved_id"
    DUPLICATE_ID = "duplicate_id"
    UNKNOWN_TYPE = "unknown_type"
    INVALID_CONFIG = "invalid_config"
    INVALID_EXPRESSION = "invalid_expression"
    UNKNOWN_REFERENCE = "unknown_reference"
    REFERENCE_NOT_BEFORE = "reference_not_before"
    DANGLING_EDGE = "dangling_edge"
    SELF_LOOP = "self_loop"
    DUPLICATE_EDGE = "duplicate_edge"
    EDGE_CROSSES_SCOPE = "edge_crosses_scope"
    UNKNOWN_PORT = "unknown_port"
    UNKNOWN_PARENT = "unknown_parent"
    NESTED_TOO_DEEP = "nested_too_deep"
    EMPTY_CONTAINER = "empty_container"
    MISPLACED_FINALLY = "misplaced_finally"
    EXPRESS_NOT_POSSIBLE = "express_not_possible"
    CYCLE = "cycle"
    UNREACHABLE_NODE = "unreachable_node"
    UNBOUNDED_LOOP = "unbounded_loop"
    TRY_ERROR_UNCONNECTED = "try_error_unconnected"
    PORT_UNCONNECTED = "port_unconnected"
    TYPE_MISMATCH = "type_mismatch"
    SECRET_IN_CONFIG = "secret_in_config"
    HISTORY_SIZE = "history_size"
    JOIN_IMPOSSIBLE = "join_impossible"
    CONTINUE_NEEDS_OUT = "continue_needs_out"
    DISABLED_NEEDS_OUT = "disabled_needs_out"
    ON_ERROR_NOT_ALLOWED = "on_error_not_allowed"
    ROUTE_UNCONNECTED = "route_unconnected"
    RETRY_ON_WRITE = "retry_on_write"
    CACHE_ON_WRITE = "cache_on_write"
    CACHE_NOT_USED = "cache_not_used"
    CACHE_TOO_LONG = "cache_too_long"
    CREDENTIAL_MISSING = "credential_missing"
    CREDENTIAL_NOT_USED = "credential_not_used"
    NOT_SUPPORTED = "not_supported"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding, painted on the canvas at its node and path."""

    code: Code
    message: str
    path: str = ""
    """JSON Pointer into the definition; `""` for the whole."""
    node_id: str | None = None
    severity: Literal["error", "warning"] = "error"
    hint: str | None = None

    def to_json(self) -> JsonObject:
        """The finding in the shape of the contract."""
        shown: JsonObject = {
            "code": self.code.value,
            "message": self.message,
            "severity": self.severity,
            "node_id": self.node_id,
            "path": self.path,
        }
        return shown if self.hint is None else {**shown, "hint": self.hint}


def errors_of(findings: list[Finding]) -> list[Finding]:
    """Those that forbid publishing."""
    return [finding for finding in findings if finding.severity == "error"]
