"""Reruns of random runs: both implementations choose the same ends, take them over alike, and call nothing again."""

import random
from dataclasses import dataclass, replace
from typing import Any

from interpreter.reuse import Recorded, Reuse, Wish, choose_reuse
from interpreter.validation import check
from tests.interpreter.machine.comparing import Comparison, compare
from tests.interpreter.machine.driving import catalog, plan_of
from tests.interpreter.machine.random_graphs import Case, random_case
from tests.interpreter.machine.reference.reusing import NaiveReuse

CASES = 700
Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Rerun:
    """A run, and what one of its reruns was chosen to be."""

    case: Case
    rows: Rows
    wish: Wish
    comparison: Comparison
    offered: tuple[str, ...]


def recorded(rows: Rows) -> dict[str, Recorded]:
    return {key: Recorded(row["status"], row["port"], row["error"] is not None) for key, row in rows.items()}


def ends_of(rows: Rows, offered: tuple[str, ...], overrides: dict[str, Any]) -> Reuse:
    reuse = Reuse()
    for key in offered:
        row = rows[key]
        edited = {"status": "succeeded", "port": row["port"] or "out", "error": None, "output": overrides.get(key)}
        told = edited if key in overrides else {name: row[name] for name in ("status", "port", "output", "error")}
        reuse.ends[key] = {**told, "attempts": row["attempt"]}  # type: ignore[typeddict-item]
    return reuse


def random_wish(rng: random.Random, rows: Rows) -> Wish:
    origin = rng.choice(("failed", "failed", "failed-items", "start", rng.choice(list(rows)), rng.choice(list(rows)).partition("#")[0]))
    edited = rng.choice([key for key, row in rows.items() if row["status"] == "succeeded"] or [None])
    is_edited = edited is not None and rng.random() < 0.3
    return Wish(origin, {edited: {"n": 7, "list": []}} if is_edited and edited is not None else {})


def rerun_of(seed: int, snapshots: bool = False) -> Rerun | None:
    case = random_case(seed)
    # What these read is in no order: such a definition can't be published.
    if any(one.severity == "error" for one in check(case.definition, catalog()).findings):
        return None
    rows: Rows = compare(case).driver.seen  # type: ignore[assignment]
    wish = random_wish(random.Random(seed), rows)
    plan = plan_of(case.definition)
    outlook = choose_reuse(plan, plan, recorded(rows), wish)
    naive = NaiveReuse(case.definition, rows, wish.origin, tuple(wish.overrides))
    told = {one.key for one in outlook.verdicts if one.reused}
    assert told == naive.reused, (seed, wish, told ^ naive.reused)
    again = replace(case, seed=case.seed + 5_000_000)
    comparison = Comparison(again, snapshots, ends_of(rows, outlook.offered, dict(wish.overrides)))
    return Rerun(case, rows, wish, comparison.run(), outlook.offered)


def test_machine_and_reference_agree_on_what_is_reused_and_on_what_follows() -> None:
    reruns = [one for one in map(rerun_of, range(CASES)) if one is not None]
    assert len(reruns) > CASES / 3
    reused = sum(any(row["reused"] for row in one.comparison.driver.seen.values()) for one in reruns)
    assert reused > len(reruns) / 3


def test_what_is_offered_is_never_called_again() -> None:
    for seed in range(CASES, CASES + 200):
        rerun = rerun_of(seed)
        if rerun is None:
            continue
        for key in rerun.offered:
            assert key not in rerun.comparison.driver.attempts, (seed, key)


def test_a_rerun_goes_through_its_snapshot_after_every_event() -> None:
    for seed in range(2 * CASES, 2 * CASES + 150):
        rerun_of(seed, snapshots=True)
