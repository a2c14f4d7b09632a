"""Nodes that can never run."""

import pytest

from interpreter.validation import check
from tests.interpreter.checks.checking import findings, node, warnings
from tests.interpreter.machine.comparing import compare
from tests.interpreter.machine.driving import catalog
from tests.interpreter.machine.random_graphs import random_case

NOOPS = [node(name, "noop") for name in "abcdef"]
A, B, C, D, E, F = NOOPS
IF = node("if", "if", {"condition": "{{ input.x = 1 }}"})


def unreachable(*nodes: dict[str, object], edges: tuple[tuple[str, ...], ...]) -> list[str | None]:
    return [where for code, where in warnings(*nodes, edges=edges) if code == "unreachable_node"]


@pytest.mark.parametrize("kind", ["fail", "stop"])
def test_what_stands_behind_an_end_never_runs_and_nothing_behind_that(kind: str) -> None:
    end = node("end", kind, {"name": "No", "message": "no"} if kind == "fail" else {})
    assert unreachable(end, A, B, edges=(("end", "a"), ("a", "b"))) == ["a", "b"]
    assert unreachable(end, A, B, edges=(("a", "end"), ("a", "b"))) == []


def test_a_node_with_another_way_to_it_runs() -> None:
    end = node("end", "stop")
    assert unreachable(end, A, B, edges=(("end", "b"), ("a", "b"))) == []
    assert unreachable(end, A, {**B, "join": "every"}, edges=(("end", "b"), ("a", "b"))) == ["b"]
    assert unreachable(end, A, C, {**B, "join": 2}, edges=(("end", "b"), ("a", "b"), ("c", "b"))) == []
    assert unreachable(end, A, C, {**B, "join": 3}, edges=(("end", "b"), ("a", "b"), ("c", "b"))) == ["b"]


@pytest.mark.parametrize("condition", [True, "{{ true }}", "{{true}}"])
def test_the_other_way_of_a_condition_that_is_always_true_is_never_taken(condition: object) -> None:
    always = node("if", "if", {"condition": condition})
    assert unreachable(always, A, B, edges=(("if", "true", "a"), ("if", "false", "b"))) == ["b"]
    assert unreachable(IF, A, B, edges=(("if", "true", "a"), ("if", "false", "b"))) == []


def test_the_cases_behind_one_that_is_always_true_are_never_taken() -> None:
    cases = [{"port": "x", "condition": "{{ input.x = 1 }}"}, {"port": "y", "condition": "{{ true }}"}, {"port": "z", "condition": "{{ input.x = 2 }}"}]
    edges = (("s", "x", "a"), ("s", "y", "b"), ("s", "z", "c"), ("s", "default", "d"))
    assert unreachable(node("s", "switch", {"cases": cases}), A, B, C, D, edges=edges) == ["c", "d"]
    assert unreachable(node("s", "switch", {"cases": [cases[0]]}), A, D, edges=(edges[0], edges[3])) == []
    never = [{"port": "x", "condition": "{{ false }}"}]
    assert unreachable(node("s", "switch", {"cases": never}), A, D, edges=(edges[0], edges[3])) == ["a"]


def test_a_wait_without_a_timeout_never_leaves_by_it() -> None:
    wait = node("w", "wait_for_event")
    edges = (("w", "a"), ("w", "timeout", "b"))
    assert unreachable(wait, A, B, edges=edges) == ["b"]
    assert unreachable({**wait, "timeout": "1h"}, A, B, edges=edges) == []


def test_a_try_of_nothing_never_leaves_by_error() -> None:
    edges = (("t", "a"), ("t", "error", "b"))
    assert unreachable(node("t", "try"), A, B, edges=edges) == ["b"]
    assert unreachable(node("t", "try"), {**C, "parent": "t"}, A, B, edges=edges) == []


def test_a_disabled_node_leaves_by_out_only() -> None:
    wait = node("w", "wait_for_event", timeout="1h", disabled=True)
    assert unreachable(wait, A, B, edges=(("w", "a"), ("w", "timeout", "b"))) == ["b"]


def test_both_ways_of_a_decision_never_come_together_at_every() -> None:
    ways = (("if", "true", "a"), ("if", "false", "b"), ("a", "c"), ("b", "c"))
    assert unreachable(IF, A, B, {**C, "join": "every"}, edges=ways) == ["c"]
    assert unreachable(IF, A, B, {**C, "join": 2}, edges=ways) == ["c"]
    assert unreachable(IF, A, B, C, edges=ways) == []
    same = (("if", "true", "a"), ("if", "true", "b"), ("a", "c"), ("b", "c"))
    assert unreachable(IF, A, B, {**C, "join": "every"}, edges=same) == []


def test_a_way_that_either_branch_leads_to_needs_neither() -> None:
    ways = (("if", "true", "a"), ("if", "false", "b"), ("a", "c"), ("b", "c"), ("c", "d"), ("a", "d"))
    assert unreachable(IF, A, B, C, {**D, "join": "every"}, edges=ways) == []


def test_the_message_says_why() -> None:
    wait = node("w", "wait_for_event")
    (found,) = [one for one in findings(wait, A, B, edges=(("w", "a"), ("w", "timeout", "b"))) if one.node_id == "b"]
    assert found.message == '"b" can never run: "w" never leaves by timeout'
    assert found.path == "/nodes/2"


def test_in_random_runs_no_node_that_was_found_ever_begins() -> None:
    instances = 0
    for seed in range(200_000, 200_150):
        case = random_case(seed)
        found = {one.node_id for one in check(case.definition, catalog()).findings if one.code == "unreachable_node"}
        if not found:
            continue
        comparison = compare(case)
        if comparison.given or "intervene" in comparison.disturbances.values():
            continue  # what a person gives a port to may leave by any
        rows = [row for row in comparison.driver.seen.values() if row["node_id"] in found]
        instances += len(rows)
        assert [(seed, row["key"]) for row in rows if row["started_at"] is not None] == []
    assert instances > 5
