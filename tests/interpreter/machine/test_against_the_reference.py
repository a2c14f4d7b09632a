"""The machine and the naive reference agree on thousands of random definitions, and planted bugs are found."""

from collections import Counter
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import pytest

from interpreter.validation import check
from tests.interpreter.machine.comparing import compare
from tests.interpreter.machine.driving import catalog
from tests.interpreter.machine.random_graphs import random_case

CASES = 2_500
FLAT_CASES = 700
FAILED_ONCE = Path(__file__).with_name("failed_once.txt")
"""Seeds that once showed a difference, `flat` before those of flat cases: they run for ever after."""
_ON_PURPOSE = ("unknown_reference", "reference_not_before", "join_impossible")
"""Errors that the random definitions have on purpose: what they mean at run time is compared too."""


@lru_cache
def happened_in_all() -> Counter[str]:
    """Runs all random cases; in how many of them each thing occurred."""
    cases: Counter[str] = Counter()
    for seed in range(CASES):
        cases.update(compare(random_case(seed)).occurred())
    return cases


def test_machine_and_reference_agree_on_random_definitions_of_every_construct() -> None:
    assert happened_in_all()


def test_machine_and_reference_agree_on_random_graphs_without_containers() -> None:
    for seed in range(FLAT_CASES):
        compare(random_case(seed, flat=True))


def test_seeds_that_failed_once_agree() -> None:
    for line in FAILED_ONCE.read_text().splitlines():
        case = random_case(int(line.removeprefix("flat ")), flat=line.startswith("flat"))
        compare(case)
        compare(case, snapshots=True)


def test_a_run_goes_through_its_snapshot_after_every_event() -> None:
    for seed in range(CASES, CASES + 800):
        compare(random_case(seed), snapshots=True)


def test_a_budget_of_a_few_units_for_each_step_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("interpreter.machine.advance", "interpreter.machine.view"):
        monkeypatch.setattr(import_module(module), "STEP_BUDGET", 3)
    continues = sum(compare(random_case(seed), snapshots=True).driver.continues for seed in range(300))
    assert continues > 900


def test_large_random_graphs_agree() -> None:
    for seed in range(10):
        compare(random_case(1_000_000 + seed, most=120, flat=True))


@pytest.mark.parametrize(
    ("share", "names"),
    [
        (0.2, ("answer", "resume_wait", "core.map@1", "core.loop@1", "core.try@1")),
        (0.1, ("child", "wait_timer", "deadline_timer", "evaluated", "core.finally@1", "core.approval@1")),
        (0.05, ("cancel", "pause", "intervene", "core.run_workflow@1", "core.wait_for_event@1", "core.wait@1")),
        (0.05, ("end succeeded", "end failed", "end cancelled", "nested", "drain")),
        (0.02, ("second_cancel", "retry_timer", "grace_timer", "delay_timer", "decide_held", "error port of a try")),
        (
            0.02,
            ("core.respond@1", "core.fail@1", "core.stop@1", "finally after a failure", "timeout port"),
        ),
        (
            0.01,
            (
                "timeout_timer",
                "late_result",
                "end timed_out",
                "escalation_timer",
                "tolerated failures",
                "failed map",
                "loop limit",
            ),
        ),
        (
            0.004,
            ("held_retry", "held_skip", "held_output", "held_fail", "second cancel of a finally", "child_ended_first"),
        ),
    ],
)
def test_each_thing_happens_in_a_share_of_the_random_cases(share: float, names: tuple[str, ...]) -> None:
    happened = happened_in_all()
    assert {name: happened[name] for name in names if happened[name] < CASES * share} == {}


def test_random_definitions_hold_every_join_and_every_on_error_in_five_percent() -> None:
    joins: Counter[str] = Counter()
    on_errors: Counter[str] = Counter()
    for seed in range(CASES):
        nodes = random_case(seed).definition["nodes"]
        joins.update({"n" if isinstance(node.get("join"), int) else node.get("join", "all") for node in nodes})
        on_errors.update({node.get("on_error", "fail") for node in nodes})
    assert {name for name, count in joins.items() if count >= CASES * 0.05} == {"all", "every", "any", "n"}
    assert {name for name, count in on_errors.items() if count >= CASES * 0.05} == {"fail", "continue", "route", "hold"}


def test_random_definitions_have_no_findings_of_severity_error() -> None:
    for seed in range(300):
        checked = check(random_case(seed).definition, catalog())
        errors = [one for one in checked.findings if one.severity == "error"]
        wrong = [one for one in errors if one.code not in _ON_PURPOSE]
        assert not wrong, (seed, wrong)
