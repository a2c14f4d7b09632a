"""The attempts of a call: what is known of each, in bounds."""

from activities.kit.trail import MOST_ATTEMPTS, MOST_CHARACTERS, Trail
from interpreter.protocol import Attempt, LogLine


def line(message: str) -> LogLine:
    return {"at": "2026-01-02T03:04:05.000Z", "level": "info", "message": message}


def attempt(number: int, *messages: str) -> Attempt:
    logs = [line(one) for one in messages]
    return {"number": number, "started_at": None, "ended_at": None, "worker": None, "error": None, "logs": logs}


def test_what_was_told_does_not_change_with_what_follows() -> None:
    trail = Trail([], 1, "w")
    trail.lines.append(line("one"))
    told = trail.told()
    trail.lines.append(line("two"))
    assert [one["message"] for one in told[0]["logs"]] == ["one"] and told[0]["ended_at"] is None
    ended = trail.end("ServerError", "x" * 10_000, True)
    assert ended[0]["ended_at"] and ended[0]["error"] == {"name": "ServerError", "message": "x" * 500, "retryable": True}


def test_the_lines_of_the_last_attempts_are_told_when_there_are_too_many() -> None:
    much = "x" * (MOST_CHARACTERS // 3)
    trail = Trail([attempt(1, much, "b"), attempt(2, much), attempt(3, much)], 4, "w")
    trail.lines.append(line("d"))
    told = trail.told()
    assert [len(one["logs"]) for one in told] == [1, 1, 1, 1] and [one["number"] for one in told] == [1, 2, 3, 4]
    assert "left out" in told[0]["logs"][0]["message"] and [one["logs"][0]["message"] for one in told[1:]] == [much, much, "d"]


def test_only_the_last_attempts_are_told() -> None:
    told = Trail([attempt(number) for number in range(1, 200)], 200, "w").told()
    assert [one["number"] for one in told] == list(range(201 - MOST_ATTEMPTS, 201))
