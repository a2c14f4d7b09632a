"""What a node tried and said: told while it runs to whoever watches, and by its result to all; noted once."""

from collections.abc import Iterable

from interpreter.machine.journal import note_failed_attempt, note_line
from interpreter.machine.state import Instance, State
from interpreter.protocol import Attempt, LogLine

MOST_KEPT = 50
"""Attempts of one instance, the last ones."""


def note_attempts(state: State, instance: Instance, told: Iterable[Attempt], skipped: int = 0) -> None:
    """Notes what is new in it: lines, and attempts that failed; of the first one `skipped` lines are left out."""
    for attempt in told:
        _note_attempt(state, instance, attempt, skipped)
        skipped = 0
    del instance.tried[:-MOST_KEPT]


def note_lines(state: State, instance: Instance, lines: Iterable[LogLine]) -> None:
    """Lines of a worker that tells no attempts."""
    for line in lines:
        note_line(state, instance, instance.attempt, line)


def _note_attempt(state: State, instance: Instance, told: Attempt, skipped: int) -> None:
    known = _known(instance, told)
    fresh = told["logs"][max(0, len(known["logs"]) - skipped) :] if len(known["logs"]) >= skipped else []
    for line in fresh:
        note_line(state, instance, told["number"], line)
    error, was_open = told["error"], known["error"] is None
    known |= {**told, "logs": known["logs"] + fresh}
    if error is not None and was_open:
        note_failed_attempt(state, instance, known, error)


def _known(instance: Instance, told: Attempt) -> Attempt:
    for one in reversed(instance.tried):
        if one["number"] == told["number"]:
            return one
    one = Attempt(number=told["number"], started_at=None, ended_at=None, worker=None, error=None, logs=[])
    instance.tried.append(one)
    return one
