"""What the running nodes of a run have tried and said so far: their heartbeats tell it to Temporal."""

from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionDescription, WorkflowHandle

from interpreter.protocol import ATTEMPTS_SIGNAL, Attempt, AttemptsTold

_SECONDS = timedelta(seconds=3)


async def told_attempts(client: Client, described: WorkflowExecutionDescription) -> dict[str, list[Attempt]]:
    """By instance key; those whose heartbeat has told nothing are missing."""
    found: dict[str, list[Attempt]] = {}
    for one in described.raw_description.pending_activities:
        if one.HasField("heartbeat_details"):
            details = await client.data_converter.decode(one.heartbeat_details.payloads)
            told: list[Attempt] = [attempt for attempt in details[0] if isinstance(attempt, dict)] if details and isinstance(details[0], list) else []
            if told:
                found[one.activity_id] = told
    return found


class AttemptsRelay:
    """Tells a watched run what its running nodes say, so that it gives each line a place among its events."""

    def __init__(self, client: Client, handle: WorkflowHandle[Any, Any]) -> None:
        self._client = client
        self._handle = handle
        self._told: dict[str, Attempt] = {}
        """By instance key: the last attempt that was told, as it was then."""

    async def look(self) -> None:
        """Raises `RPCError`, also when the run is over."""
        described = await self._handle.describe(rpc_timeout=_SECONDS)
        attempts = await told_attempts(self._client, described)
        self._told = {key: one for key, one in self._told.items() if key in attempts}
        for key, told in attempts.items():
            news = _news(key, told, self._told.get(key))
            if news is not None:
                await self._handle.signal(ATTEMPTS_SIGNAL, news, rpc_timeout=_SECONDS)
                self._told[key] = told[-1]


def _news(key: str, told: list[Attempt], last: Attempt | None) -> AttemptsTold | None:
    if last is None:
        fresh, skipped = told, 0
    else:
        fresh, skipped = [one for one in told if one["number"] >= last["number"]], len(last["logs"])
        if fresh and fresh[0]["number"] == last["number"]:
            if len(fresh) == 1 and fresh[0] == last:
                return None
            fresh = [{**fresh[0], "logs": fresh[0]["logs"][skipped:]}, *fresh[1:]]
        else:
            skipped = 0
    says_something = any(one["logs"] or one["error"] for one in fresh)
    return AttemptsTold(key, fresh, skipped) if says_something else None
