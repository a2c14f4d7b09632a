"""What a node tried and said is noted once, whether it was told while it ran or at its end."""

from typing import Any

from interpreter.machine import RunContext, State, advance, restore, snapshot, start, whole_row
from interpreter.machine.attempts import MOST_KEPT
from interpreter.machine.events import AttemptsKnown, NodeFailed, NodeSucceeded
from interpreter.protocol import Attempt, LogLine
from tests.interpreter.machine.driving import plan_of
from tests.interpreter.machine.reference import SERVICE

BAD = {"name": "ServerError", "message": "503", "retryable": True}


def lines(*messages: str) -> list[LogLine]:
    return [{"at": "2026-01-02T03:04:05.000Z", "level": "info", "message": one} for one in messages]


def attempt(number: int, *messages: str, error: Any = None, ended: bool = True) -> Attempt:
    at = "2026-01-02T03:04:06.000Z" if ended else None
    return {"number": number, "started_at": "2026-01-02T03:04:05.000Z", "ended_at": at, "worker": "w", "error": error, "logs": lines(*messages)}


def begun() -> State:
    nodes = [{"id": "a", "type": SERVICE, "name": "A", "config": {}}, {"id": "b", "type": SERVICE, "name": "B", "config": {}}]
    plan = plan_of({"format": 1, "name": "Two", "nodes": nodes, "edges": [{"source": "a", "target": "b"}]})
    state, _ = start(plan, RunContext("ws-1", 1, None, {"kind": "api"}, {}, 0))
    state.events.clear()
    return state


def told(state: State) -> list[tuple[Any, ...]]:
    """The log and attempt events so far."""
    return [(one["event"], one.get("attempt"), one.get("message") or one["error"]["name"]) for one in state.events if one["event"] in ("log", "attempt")]


def test_lines_that_were_told_while_it_ran_are_not_noted_again_at_its_end() -> None:
    state = begun()
    advance(state, AttemptsKnown(1, "a", (attempt(1, "one", ended=False),)))
    advance(state, AttemptsKnown(2, "a", (attempt(1, "two", ended=False),), skipped=1))
    # From a second watcher, that is behind.
    advance(state, AttemptsKnown(3, "a", (attempt(1, "one", "two", ended=False),)))
    advance(state, NodeSucceeded(4, "a", None, tried=(attempt(1, "one", "two", "three"),)))
    assert told(state) == [("log", 1, "one"), ("log", 1, "two"), ("log", 1, "three")]
    assert [one["seq"] for one in state.events] == list(range(state.events[0]["seq"], state.seq + 1))


def test_each_failed_attempt_is_noted_once_with_its_error() -> None:
    state = begun()
    advance(state, AttemptsKnown(1, "a", (attempt(1, "x", error=BAD), attempt(2, "y", ended=False))))
    advance(state, NodeSucceeded(2, "a", None, attempts=3, tried=(attempt(1, "x", error=BAD), attempt(2, "y", error=BAD), attempt(3))))
    assert told(state) == [("log", 1, "x"), ("attempt", 1, "ServerError"), ("log", 2, "y"), ("attempt", 2, "ServerError")]
    row = whole_row(state.instance("a"))
    assert [(one["number"], one["error"]) for one in row["attempts"]] == [(1, BAD), (2, BAD), (3, None)]


def test_lines_with_a_gap_before_them_wait_for_the_whole() -> None:
    state = begun()
    advance(state, AttemptsKnown(1, "a", (attempt(1, "three", ended=False),), skipped=2))
    assert told(state) == []
    advance(state, NodeFailed(2, "a", "X", "x", tried=(attempt(1, "one", "two", "three", error=BAD),)))
    assert told(state)[:3] == [("log", 1, "one"), ("log", 1, "two"), ("log", 1, "three")]


def test_what_comes_late_or_of_nobody_changes_nothing() -> None:
    state = begun()
    advance(state, NodeSucceeded(1, "a", None, tried=(attempt(1),)))
    seq = state.seq
    for key in ("a", "nobody"):
        advance(state, AttemptsKnown(2, key, (attempt(1, "late"),)))
    assert state.seq == seq


def test_the_attempts_of_an_open_instance_survive_a_new_execution() -> None:
    state = begun()
    advance(state, AttemptsKnown(1, "a", (attempt(1, "one", error=BAD),)))
    again, _ = restore(state.plan, snapshot(state))
    advance(again, NodeSucceeded(2, "a", None, attempts=2, tried=(attempt(1, "one", error=BAD), attempt(2, "two"))))
    assert told(again) == [("log", 2, "two")]
    assert "tried" not in snapshot(again)["root"]["instances"]["0"], "the record has them"


def test_of_very_many_attempts_the_last_are_kept() -> None:
    state = begun()
    advance(state, NodeSucceeded(1, "a", None, tried=tuple(attempt(one, error=BAD) for one in range(1, 200))))
    assert [one["number"] for one in state.instance("a").tried] == list(range(200 - MOST_KEPT, 200))
