"""What Temporal says of an ended activity, as an event of the machine."""

from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import RetryState
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, TimeoutError, TimeoutType

from interpreter.machine.events import Evaluated, NodeCancelled, NodeFailed
from interpreter.plan import PlannedNode
from interpreter.protocol import Attempt


def failure_event(error: BaseException, node: PlannedNode, key: str, at_ms: int) -> NodeFailed | NodeCancelled:
    """The event for a node activity that did not succeed."""
    cause = error.cause if isinstance(error, ActivityError) else error
    if isinstance(cause, CancelledError):
        return NodeCancelled(at_ms, key)
    if isinstance(cause, ApplicationError):
        return _application_failure(cause, key, at_ms)
    attempts = _attempts_of(error, node)
    if isinstance(cause, TimeoutError):
        name, message, hint = _timeout_words(cause.type, node)
        return NodeFailed(at_ms, key, name, message, attempts, True, hint, tried=_last_told(cause, name, message))
    return NodeFailed(at_ms, key, "InternalError", f"the activity ended with {type(cause).__name__}", attempts, True)


def evaluation_event(error: BaseException, key: str | None, field: str, at_ms: int) -> Evaluated:
    """The event for an evaluate activity that itself failed, which is never the expression's fault."""
    cause = error.cause if isinstance(error, ActivityError) else error
    message = f"the expression could not be evaluated: {cause}"
    return Evaluated(at_ms, key, field, error={"name": "ExpressionError", "message": message})


def _application_failure(cause: ApplicationError, key: str, at_ms: int) -> NodeFailed:
    told: dict[str, Any] = cause.details[0] if cause.details and isinstance(cause.details[0], dict) else {}
    return NodeFailed(
        at_ms,
        key,
        name=cause.type or "InternalError",
        message=cause.message,
        attempts=told.get("attempts", 1),
        retryable=told.get("retryable", not cause.non_retryable),
        hint=told.get("hint"),
        details=told.get("details"),
        input=told.get("input"),
        retry_after_ms=_milliseconds(cause.next_retry_delay),
        logs=tuple(told.get("logs", ())),
        tried=tuple(told.get("tried", ())),
    )


def _last_told(timeout: TimeoutError, name: str, message: str) -> tuple[Attempt, ...]:
    """The attempts as the last heartbeat knew them; the one that was under way is the one that ran out of time."""
    details = timeout.last_heartbeat_details
    told = details[0] if details and isinstance(details[0], list) else []
    attempts = [one for one in told if isinstance(one, dict)]
    if attempts and attempts[-1]["error"] is None:
        attempts[-1] = {**attempts[-1], "error": {"name": name, "message": message, "retryable": True}}
    return tuple(attempts)


def _attempts_of(error: BaseException, node: PlannedNode) -> int:
    """Temporal does not count attempts for us when an attempt ends by a timeout."""
    reached = RetryState.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED
    if isinstance(error, ActivityError) and error.retry_state == reached and not node.retry_by_machine:
        return node.retries[0].max_attempts
    return 1


def _timeout_words(kind: TimeoutType | None, node: PlannedNode) -> tuple[str, str, str]:
    if kind == TimeoutType.HEARTBEAT:
        return "WorkerLost", "the worker that ran it was lost", "look at the workers' logs and memory"
    if kind == TimeoutType.SCHEDULE_TO_CLOSE:
        return "Timeout", f"it was not done within {node.total_ms / 1000:g} s", "raise total_timeout"
    return "Timeout", f"an attempt took longer than {node.timeout_ms / 1000:g} s", "raise timeout, or look at the service"


def _milliseconds(delay: timedelta | None) -> int | None:
    return None if delay is None else round(delay.total_seconds() * 1000)
