"""Bugs planted in the machine are found by the random cases: the comparison is worth something."""

from typing import Any

import pytest

from interpreter.machine import constructing, deciding, ending, frames, view, winding
from interpreter.machine.constructs import loop, map_items
from interpreter.machine.state import Frame, Instance, State
from tests.interpreter.machine.comparing import compare
from tests.interpreter.machine.driving import Difference
from tests.interpreter.machine.random_graphs import random_case

CASES = 3_500


def assert_found() -> None:
    """Some random case shows that the machine is wrong."""
    with pytest.raises((Difference, AssertionError, LookupError)):
        for seed in range(CASES):
            compare(random_case(seed))


def test_a_join_that_runs_too_early_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ending._join

    def planted(target: Instance) -> str:
        return "run" if target.node.join == "all" and target.taken else real(target)

    monkeypatch.setattr(ending, "_join", planted)
    assert_found()


def test_a_number_join_that_counts_one_too_many_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ending._join

    def planted(target: Instance) -> str:
        return "wait" if isinstance(target.node.join, int) and target.taken == target.node.join == 2 else real(target)

    monkeypatch.setattr(ending, "_join", planted)
    assert_found()


def test_a_failed_node_that_leaves_by_the_wrong_port_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ending._end

    def planted(state: State, instance: Instance, status: Any, port: str | None, by: str = "") -> None:
        real(state, instance, status, "out" if port == "error" else port, by)

    monkeypatch.setattr(ending, "_end", planted)
    assert_found()


def test_a_failure_that_ignores_drain_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = winding.begin_to_end

    def planted(state: State, frame: Frame, error: Any, draining: bool) -> None:
        real(state, frame, error, False)

    monkeypatch.setattr(deciding, "begin_to_end", planted)
    assert_found()


def test_a_map_that_tolerates_one_failure_too_many_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = map_items.tolerated
    monkeypatch.setattr(map_items, "tolerated", lambda told, count: (real(told, count) or 0) + 1)
    assert_found()


def test_frames_that_begin_in_the_wrong_order_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = frames.enqueue

    def planted(state: State, ready: list[Instance]) -> None:
        for one in sorted(ready, key=lambda instance: -instance.node.index):
            real(state, [one])

    monkeypatch.setattr(frames, "enqueue", planted)
    assert_found()


def test_a_finally_that_a_cancel_ends_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = deciding.begin_to_end

    def planted(state: State, frame: Frame, error: Any, draining: bool) -> None:
        real(state, frame, error, draining)
        if state.cancels == 1:
            deciding.end_finallys(state)

    monkeypatch.setattr(deciding, "begin_to_end", planted)
    assert_found()


def test_a_drain_that_nothing_stops_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = winding.begin_to_end

    def planted(state: State, frame: Frame, error: Any, draining: bool) -> None:
        real(state, frame, error, draining or (frame.ending is not None and frame.ending.draining))

    monkeypatch.setattr(deciding, "begin_to_end", planted)
    monkeypatch.setattr(constructing, "begin_to_end", planted)
    monkeypatch.setattr(winding, "begin_to_end", planted)
    assert_found()


def test_a_loop_that_asks_until_before_it_carries_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = view.View.value_after

    def planted(self: view.View, field: str, frame: Any, locals: Any = None) -> Any:
        return real(self, field, frame, None if field == "until" else locals)

    assert loop.LOOP.node_type.container
    monkeypatch.setattr(view.View, "value_after", planted)
    assert_found()


def test_a_restore_that_forgets_the_timers_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.interpreter.machine import driving

    real = driving.restore

    def planted(plan: Any, kept: Any, reuse: Any) -> Any:
        state, commands = real(plan, kept)
        return state, [one for one in commands if type(one).__name__ != "StartTimer"]

    monkeypatch.setattr(driving, "restore", planted)
    with pytest.raises(Difference):
        for seed in range(CASES):
            compare(random_case(seed), snapshots=True)
