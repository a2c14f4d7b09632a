"""A list of retry policies by error name: counted here, since Temporal knows only one policy."""

from interpreter.machine.events import NodeFailed
from interpreter.machine.state import Instance, State
from interpreter.plan import Retry

_PER_MILLE = 1000


def pause_before_retry(state: State, instance: Instance, event: NodeFailed) -> int | None:
    """Milliseconds until the next attempt, or None when this failure is final.

    The first policy that matches the error's name counts the failure; `max_attempts` n allows n-1
    retries through it.
    """
    policies = instance.node.retries
    if not instance.failures:
        instance.failures = [0] * len(policies)
    for place, policy in enumerate(policies):
        if policy.errors and event.name not in policy.errors:
            continue
        instance.failures[place] += 1
        repeated = instance.failures[place]
        named = event.name in policy.errors
        if event.name in policy.non_retryable or not (event.retryable or named) or repeated >= policy.max_attempts:
            return None
        if event.retry_after_ms is not None:
            return event.retry_after_ms
        return _pause_ms(policy, repeated, f"{state.context.run_id}:{instance.key}:{instance.attempt}")
    return None


def _pause_ms(policy: Retry, repeated: int, seed: str) -> int:
    longest = min(policy.max_ms, round(policy.initial_ms * policy.backoff ** min(repeated - 1, 64)))
    return longest * _share(seed) // _PER_MILLE if policy.jitter else longest


def _share(seed: str) -> int:
    """0 to 1000, from the seed alone (FNV-1a), so that a replay waits as long."""
    value = 0x811C9DC5
    for byte in seed.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return (value ^ value >> 15) % (_PER_MILLE + 1)
