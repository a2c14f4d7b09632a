"""Where an expression begins and ends in a text."""

import pytest

from interpreter.expressions.scanner import MAX_DEPTH, MAX_NESTING, nests_too_deep, scan


def pieces(text: str) -> list[str | tuple[str, int]]:
    return [part.text if part.start is None else (part.text, part.start) for part in scan(text).segments]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ["plain"]),
        ("{{a}}", [("a", 2)]),
        ("x {{ a }} y {{b}}", ["x ", (" a ", 4), " y ", ("b", 14)]),
        ("{{ {'a': {'b': 1}} }}", [(" {'a': {'b': 1}} ", 2)]),
        ("{{ {'a': {'b': 1}}}}", [(" {'a': {'b': 1}}", 2)]),
        ("{{ '}}' }}", [(" '}}' ", 2)]),
        ('{{ "a\\"}}" }}', [(' "a\\"}}" ', 2)]),
        ("{{ `}}` }}", [(" `}}` ", 2)]),
        ("{{ 1 /* }} */ }}", [(" 1 /* }} */ ", 2)]),
        ("{{ $match(a, /\\}\\}/) }}", [(" $match(a, /\\}\\}/) ", 2)]),
        ("{{ a / b }} / {{ c }}", [(" a / b ", 2), " / ", (" c ", 16)]),
        ("{{ a[0] / 2 }}/", [(" a[0] / 2 ", 2), "/"]),
        ("{{ * / 2 }}/", [(" * / 2 ", 2), "/"]),
        ("{{ a and /x{{1}}/ }}", [(" a and /x{{1}}/ ", 2)]),
        ("{{{{", ["{{"]),
        ("{{{{ a }}", ["{{ a }}"]),
        ("{{{{{{a}}", ["{{", ("a", 6)]),
        ("{{ (a }} }}", [(" (a ", 2), " }}"]),
        ("a }} b", ["a }} b"]),
        ("{ {a} }", ["{ {a} }"]),
    ],
)
def test_a_text_is_cut_at_its_expressions(text: str, expected: list[str | tuple[str, int]]) -> None:
    assert scan(text).unclosed is None
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("text", "where"), [("{{ a", 0), ("x {{ 'a }}", 2), ("{{a}} {{", 6), ("{{ /* }}", 0), ("{{ {'a': 1 }}", 0)]
)
def test_an_expression_that_never_ends_is_told_with_its_place(text: str, where: int) -> None:
    assert scan(text).unclosed == where


@pytest.mark.parametrize(
    "text",
    [
        "(" * (MAX_NESTING + 1) + "1" + ")" * (MAX_NESTING + 1),
        "1" + "+1" * (MAX_DEPTH + 1),
        "-" * (MAX_DEPTH + 1) + "1",
        "a" + ".a" * (MAX_DEPTH + 1),
        "/**/" * (MAX_DEPTH + 1) + "1",
        "a" + "[0]" * (MAX_DEPTH + 1),
        "true" + " and true" * (MAX_DEPTH + 1),
    ],
)
def test_a_text_that_would_make_the_parser_recurse_too_deep_is_seen_before_parsing(text: str) -> None:
    assert nests_too_deep(text)


def test_a_long_text_that_is_flat_does_not_nest_deep() -> None:
    assert not nests_too_deep("[" + ",".join(["a.b.c + 1"] * 1000) + "]")
    assert not nests_too_deep("'" + "+" * 10_000 + "'")
