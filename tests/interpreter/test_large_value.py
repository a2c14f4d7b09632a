"""Extracts say exactly what the whole value would, or are none."""

import random
from typing import Any

import pytest

from interpreter.expressions import ExpressionFailure, activity_meter, parse_template
from interpreter.large_value import extract, holds_reference, is_reference

REFERENCE = {"$payload": {"hash": "a" * 64, "size": 1, "type": "object"}}


def answer(text: str, value: Any) -> Any:
    """What an expression gives over a node's output, or how it fails."""
    try:
        return parse_template("{{ " + text + " }}").render({"nodes": {"x": value}}, activity_meter(0, "seed"))
    except ExpressionFailure as failure:
        return (failure.name, failure.message)


def random_value(rng: random.Random, depth: int = 0) -> Any:
    kind = rng.random()
    if depth > 3 or kind < 0.3:
        return rng.choice((None, True, 3, 2.5, "word", "long" * rng.choice((1, 400)), [], {}))
    if kind < 0.45:
        return [random_value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    return {name: random_value(rng, depth + 1) for name in rng.sample("abcd", rng.randint(0, 4))}


@pytest.mark.parametrize("seed", range(1500))
def test_an_expression_gives_the_same_over_the_extract_as_over_the_whole(seed: int) -> None:
    rng = random.Random(seed)
    value = {name: random_value(rng) for name in rng.sample("abcd", rng.randint(0, 4))}
    paths = [[rng.choice("abcd") for _ in range(rng.randint(1, 4))] for _ in range(rng.randint(1, 5))]
    partial, extracted = extract(value, paths, each=rng.choice((20, 100, 4000)), total=rng.choice((60, 16_000)))
    for path in extracted:
        plain = "nodes.x." + ".".join(str(step) for step in path)
        for text in (plain, f"{plain} ?? 'none'", f"$exists({plain})", f"{plain} = 3"):
            assert answer(text, partial) == answer(text, value), (seed, text, value, partial)


def test_a_leaf_that_is_too_large_or_behind_a_list_is_no_extract() -> None:
    value = {"a": {"b": "x" * 100, "c": 1}, "rows": [{"n": 1}]}
    assert extract(value, [["a", "b"], ["a", "c"], ["rows", "n"], ["a"]], each=50) == ({"a": {"c": 1}}, [["a", "c"]])


def test_only_what_has_the_exact_shape_is_a_reference() -> None:
    assert is_reference(REFERENCE) and holds_reference({"deep": [{"a": REFERENCE}]})
    for other in ({"$payload": {}}, {"$payload": "a" * 64}, {**REFERENCE, "more": 1}, {"$payload": {"hash": "short"}}, [], None):
        assert not is_reference(other) and not holds_reference(other)
