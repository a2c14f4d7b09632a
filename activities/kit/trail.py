"""The attempts of a node's call, from one to the next.

Heartbeats carry them: of an activity that is tried again Temporal itself keeps only the last failure, and that cut short.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from temporalio import activity

from interpreter.protocol import Attempt, AttemptError, LogLine, NodeCall

MOST_ATTEMPTS = 50
MOST_CHARACTERS = 100_000
"""Of the log lines of all attempts together."""
_LONGEST_MESSAGE = 500
_LOST: AttemptError = {"name": "WorkerLost", "message": "it ended without a word: by its time, or with its worker", "retryable": True}
_LEFT_OUT = "the lines of this attempt are left out: later ones fill the space that there is"


class Trail:
    """What is known of the attempts so far, and of the one under way."""

    def __init__(self, earlier: Sequence[Attempt], number: int, worker: str) -> None:
        self._earlier = list(earlier)
        self._current = Attempt(number=number, started_at=_now(), ended_at=None, worker=worker, error=None, logs=[])

    @classmethod
    def of(cls, call: NodeCall, worker: str) -> "Trail":
        """The trail of the activity under way, behind what the last heartbeat of an earlier attempt told."""
        info = activity.info()
        first, number = call.earlier_attempts + 1, call.earlier_attempts + info.attempt
        told = {one["number"]: one for one in map(_read, _details(info.heartbeat_details)) if one is not None}
        earlier = [told.get(one) or _silent(one) for one in range(max(first, number - MOST_ATTEMPTS), number)]
        for one in earlier:
            one["error"] = one["error"] or _LOST
        return cls(earlier, number, worker)

    @property
    def number(self) -> int:
        return self._current["number"]

    @property
    def lines(self) -> list[LogLine]:
        """Of the attempt under way; what is added here is told."""
        return self._current["logs"]

    def end(self, name: str | None = None, message: str = "", retryable: bool = False) -> list[Attempt]:
        """The attempt is over, with an error or without; what is known of all of them."""
        self._current["ended_at"] = _now()
        if name is not None:
            self._current["error"] = {"name": name, "message": message[:_LONGEST_MESSAGE], "retryable": retryable}
        return self.told()

    def told(self) -> list[Attempt]:
        """All attempts, in order, with as many lines as may travel: those of the last ones."""
        space = MOST_CHARACTERS
        shown: list[Attempt] = []
        for attempt in (self._current, *reversed(self._earlier)):
            space -= sum(len(line["message"]) for line in attempt["logs"])
            logs = [*attempt["logs"]] if space >= 0 or attempt is self._current else [_left_out(attempt)]
            shown.append({**attempt, "logs": logs})
        return shown[MOST_ATTEMPTS - 1 :: -1]


def _details(details: Sequence[Any]) -> list[Any]:
    return details[0] if details and isinstance(details[0], list) else []


def _read(told: object) -> Attempt | None:
    """None for what is no attempt, as of a worker of another version."""
    if isinstance(told, dict) and told.keys() >= Attempt.__required_keys__:
        return Attempt(**{name: told[name] for name in Attempt.__required_keys__})  # type: ignore[typeddict-item]
    return None


def _silent(number: int) -> Attempt:
    return Attempt(number=number, started_at=None, ended_at=None, worker=None, error=None, logs=[])


def _left_out(attempt: Attempt) -> LogLine:
    return {"at": attempt["logs"][0]["at"], "level": "warning", "message": _LEFT_OUT}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
