"""The machine and the naive reference agree on thousands of random graphs, and bugs are found."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from interpreter.machine import ending, running
from interpreter.machine.state import Instance, State
from interpreter.validation import check
from tests.interpreter.machine.comparing import Difference, catalog, compare
from tests.interpreter.machine.random_graphs import random_case

CASES = 5_000
FAILED_ONCE = Path(__file__).with_name("failed_once.txt")
"""Seeds that once showed a difference: they run for ever after."""


def test_machine_and_reference_agree_on_random_graphs() -> None:
    for seed in range(CASES):
        compare(random_case(seed))


def test_seeds_that_failed_once_agree() -> None:
    for line in FAILED_ONCE.read_text().split():
        compare(random_case(int(line)))
        compare(random_case(int(line)), snapshots=True)


def test_a_run_goes_through_its_snapshot_after_every_event() -> None:
    for seed in range(CASES, CASES + 1_500):
        compare(random_case(seed), snapshots=True)


def test_large_random_graphs_agree() -> None:
    for seed in range(20):
        compare(random_case(1_000_000 + seed, most=120))


def test_random_graphs_hold_every_join_and_every_on_error_in_five_percent() -> None:
    joins: Counter[str] = Counter()
    on_errors: Counter[str] = Counter()
    for seed in range(CASES):
        nodes = random_case(seed).definition["nodes"]
        joins.update({"n" if isinstance(node.get("join"), int) else node.get("join", "all") for node in nodes})
        on_errors.update({node.get("on_error", "fail") for node in nodes})
    assert {name for name, count in joins.items() if count >= CASES * 0.05} == {"all", "every", "any", "n"}
    assert {name for name, count in on_errors.items() if count >= CASES * 0.05} == {"fail", "continue", "route"}


def test_random_graphs_have_no_findings_of_severity_error() -> None:
    for seed in range(300):
        checked = check(random_case(seed).definition, catalog())
        wrong = [one for one in checked.findings if one.severity == "error" and one.code != "unknown_reference"]
        wrong = [one for one in wrong if one.code != "reference_not_before"]
        assert not wrong, (seed, wrong)


def join_that_runs_too_early(real: Callable[[Instance], str]) -> Callable[[Instance], str]:
    def planted(target: Instance) -> str:
        return "run" if target.node.join == "all" and target.taken else real(target)

    return planted


def join_that_counts_one_too_many(real: Callable[[Instance], str]) -> Callable[[Instance], str]:
    def planted(target: Instance) -> str:
        verdict = real(target)
        return "wait" if isinstance(target.node.join, int) and target.taken == target.node.join == 2 else verdict

    return planted


def test_a_join_that_runs_too_early_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_join", join_that_runs_too_early(ending._join))
    assert_found()


def test_a_number_join_that_counts_one_too_many_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_join", join_that_counts_one_too_many(ending._join))
    assert_found()


def test_a_failed_node_that_leaves_by_the_wrong_port_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ending._end

    def planted(state: State, instance: Instance, port: str | None) -> None:
        real(state, instance, "out" if port == "error" else port)

    monkeypatch.setattr(ending, "_end", planted)
    assert_found()


def test_a_failure_that_ignores_drain_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = running.decide_failed

    def planted(state: State, error: object) -> None:
        state.plan.drain = False
        real(state, error)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "decide_failed", planted)
    assert_found()


def assert_found() -> None:
    with pytest.raises((Difference, AssertionError)):
        for seed in range(CASES):
            compare(random_case(seed))
