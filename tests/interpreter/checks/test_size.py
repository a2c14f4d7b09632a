"""Runs that leave very much in Temporal's history."""

from typing import Any

from tests.interpreter.checks.checking import node, send, warnings


def loop(rounds: int | None, **more: Any) -> dict[str, Any]:
    config = {"while": "{{ carry < 9 }}"} | ({} if rounds is None else {"max_iterations": rounds})
    return node("again", "loop", config, **more)


def test_a_run_of_very_many_calls_is_found_at_the_node_with_the_most() -> None:
    assert warnings(loop(100_000), send("one", parent="again")) == [("history_size", "one")]
    assert warnings(loop(10_000), send("one", parent="again")) == []


def test_containers_in_containers_multiply() -> None:
    inner = node("all", "map", {"items": [1] * 100}, parent="again")
    assert warnings(loop(1_000), inner, send("one", parent="all")) == [("history_size", "one")]
    assert warnings(loop(100), inner, send("one", parent="all")) == []


def test_a_loop_that_only_calculates_and_a_limit_that_nobody_set_are_none() -> None:
    assert warnings(loop(1_000_000), node("one", "noop", parent="again")) == []
    assert warnings(loop(None), send("one", parent="again")) == []
    assert warnings(loop(1_000_000, disabled=True), send("one", parent="again")) == []


def test_a_config_that_is_data_is_found() -> None:
    assert warnings(send("one", config={"text": "x" * 300_000})) == [("history_size", "one")]
    assert warnings(send("one", config={"anything": {"deep": ["x" * 300_000]}})) == [("history_size", "one")]
    assert warnings(send("one", config={"text": "x" * 100_000})) == []
