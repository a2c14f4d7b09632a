"""What our own versions of the functions do, beyond the language's own suite."""

from types import MappingProxyType
from typing import Any

import pytest

from interpreter.expressions import EvaluationError, ExpressionBudget, MissingValue
from interpreter.expressions.meter import Meter
from tests.interpreter.expressions.rendering import activity, outcome, rendered


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$replace('a1b22', /[0-9]+/, '<$0>')", "a<1>b<22>"),
        ("$replace('John Smith', /(\\w+)\\s(\\w+)/, '$2, $1')", "Smith, John"),
        ("$replace('ab', /(a)(b)?/, '$1$2$3$$')", "ab$"),
        ("$replace('AbC', /b/i, '-')", "A-C"),
        ("$replace('a\\nb', /^b/m, '-')", "a\n-"),
        ("$replace('abab', /a/, 'x', 1)", "xbab"),
        ("$replace('a.b', '.', '$0')", "a$0b"),
        ("$replace('aXbX', 'X', function($m) { $m.match & $string($m.start) })", "aX1bX3"),
        ("$replace('265USD', /([0-9]+)USD/, function($m) { '$' & $m.groups[0] })", "$265"),
        ("$split('a1b22c', /[0-9]+/)", ["a", "b", "c"]),
        ("$split('a1b22c', /[0-9]+/, 2)", ["a", "b"]),
        ("$split('abc', '')", ["a", "b", "c"]),
        ("$match('ababbabbcc', /a(b+)/, 2)", [{"match": "ab", "index": 0, "groups": ["b"]}, {"match": "abb", "index": 2, "groups": ["bb"]}]),
        ("$match('x', /y/)", None),
        ("$contains('héllo wörld', /w.r/)", True),
        ("/a(b)?/('xab').groups[0]", "b"),
        ("/a/('aba').next().start", 2),
    ],
)  # fmt: skip
def test_patterns_work_on_a_linear_time_engine(expression: str, value: Any) -> None:
    assert rendered(expression) == value


def test_a_match_of_nothing_is_refused() -> None:
    with pytest.raises(EvaluationError):
        rendered("$replace('abc', /x*/, '-')")


def test_without_an_engine_a_regular_expression_is_refused() -> None:
    assert outcome("$contains('a', /a/)", meter=Meter(1000, 1000, 100, 0, "")) == "ExpressionError"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$sort([3, 1, 2])", [1, 2, 3]),
        ("$sort(['b', 'a'])", ["a", "b"]),
        ("$sort([{'k': 1, 'n': 'a'}, {'k': 0, 'n': 'b'}, {'k': 1, 'n': 'c'}], function($a, $b) { $a.k > $b.k }).n", ["b", "a", "c"]),
        ("$distinct([1, true, '1', 1, {'a': 1}, {'a': 1}, null, null])", [1, True, "1", {"a": 1}, None]),
        ("$distinct([1.0, 1])", [1]),
        ("$filter([1..5], function($v, $i, $a) { $v > 2 and $i < 4 and $count($a) = 5 })", [3, 4]),
        ("$single([1..5], function($v) { $v = 3 })", 3),
        ("$reduce([1..4], function($p, $v) { $p * $v })", 24),
        ("$sift({'a': 1, 'b': 2}, function($v, $k) { $v > 1 })", {"b": 2}),
        ("$each({'a': 1, 'b': 2}, function($v, $k) { $k & $v })", ["a1", "b2"]),
        ("$zip([1, 2, 3], ['a', 'b'])", [[1, "a"], [2, "b"]]),
        ("$spread([{'a': 1, 'b': 2}, {'c': 3}])", [{"a": 1}, {"b": 2}, {"c": 3}]),
        ("$lookup([{'a': 1}, {'a': null}], 'a')", [1, None]),
        ("$keys([{'a': 1}, {'b': 1, 'a': 2}])", ["a", "b"]),
        ("$boolean([0, [0, ['x']]])", True),
        ("$not([])", True),
        ("$string([1, 2.50, 1e-7, 1e21, 100000000000000000000, null, 'x'])", '[1,2.5,1e-7,1e+21,100000000000000000000,null,"x"]'),
        ("$string({'a': [1, {}], 'b': []}, true)", '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'),
        ("$substring('hello', -3, 2)", "ll"),
        ("$substringAfter('a-b-c', '-')", "b-c"),
        ("$pad('ab', 7, '123')", "ab12312"),
        ("$lowercase('ÄSS')", "äss"),
        ("$trim('  a \\n b ')", "a b"),
        ("$base64decode($base64encode('grün'))", "grün"),
        ("$decodeUrlComponent($encodeUrlComponent('a b/ü?'))", "a b/ü?"),
        ("$number('0x1F')", 31),
        ("$number('  12.50')", 12.5),
        ("$number('9007199254740993')", 9007199254740993),
        ("$round(1234.567, -2)", 1200),
        ("$round(0.125, 2)", 0.12),
        ("$floor(-1.5)", -2),
        ("$power(2, 10)", 1024),
        ("$formatBase(255, 16)", "ff"),
        ("$formatInteger(1999, 'I')", "MCMXCIX"),
        ("$toMillis('31/12/2025 23:59', '[D01]/[M01]/[Y0001] [H01]:[m01]')", 1767225540000),
        ("$toMillis('10 pm, 3 March 2026', '[h] [P], [D] [MNn] [Y]')", 1772575200000),
        ("$toMillis('2026-060', '[Y]-[d001]')", 1772323200000),
        ("$toMillis('x', '[Y]')", None),
        ("$fromMillis(0, '[Y0001]-[M01]-[D01] [H01]:[m01] [Z]', '+0530')", "1970-01-01 05:30 +05:30"),
    ],
)  # fmt: skip
def test_functions_yield_what_the_language_says(expression: str, value: Any) -> None:
    assert rendered(expression) == value
    assert type(rendered(expression)) is type(value)


@pytest.mark.parametrize(
    "expression",
    ["$toMillis('2026-02-30', '[Y0001]-[M01]-[D01]')", "$toMillis('Blurb 2026', '[MNn] [Y]')", "$fromMillis(1e18)", "$single([1, 2])",
     "$single([])", "$assert(false)", "$sort([1, 'a'])", "$reduce([1], function($x) { $x })", "{'a': 1, 'a': 2}", "$decodeUrl('%ZZ')"],
)  # fmt: skip
def test_what_makes_no_sense_is_an_expression_error(expression: str) -> None:
    with pytest.raises(EvaluationError):
        rendered(expression)


def test_user_messages_reach_the_failure() -> None:
    with pytest.raises(EvaluationError) as failure:
        rendered("$error('out of stock: ' & input.sku)", {"input": {"sku": "a-1"}})
    assert failure.value.message == "out of stock: a-1"
    with pytest.raises(EvaluationError) as failure:
        rendered("$assert(input.n > 1, 'too few')", {"input": {"n": 1}})
    assert failure.value.message == "too few"


def test_a_lambda_reads_the_roots_of_the_place_it_was_written_in() -> None:
    scope = {"input": {"list": [1, 2]}, "vars": {"factor": 3}}
    assert rendered("$map(input.list, function($x) { $x * vars.factor })", scope) == [3, 6]
    with pytest.raises(MissingValue):
        rendered("$map(input.list, function($x) { $x * vars.other })", scope)


def test_partial_application_and_chains_work() -> None:
    assert rendered("($first := $substring(?, 0, 1); $map(['ab', 'cd'], $first))") == ["a", "c"]
    assert rendered("($add := function($a, $b) { $a + $b }; $add(?, 2)(3))") == 5
    assert rendered("($f := $uppercase ~> $trim; $f(' a '))") == "A"
    assert rendered(
        "input ~> |order|{'total': price * 2}, ['note']|", {"input": {"order": {"price": 2, "note": 1}}}
    ) == {"order": {"price": 2, "total": 4}}


def test_variables_bound_along_a_path_join_data() -> None:
    scope = {
        "input": {
            "loans": [{"book": 1, "who": "a"}, {"book": 2, "who": "b"}],
            "books": [{"id": 1, "t": "x"}, {"id": 2, "t": "y"}],
        }
    }
    joined = rendered("input.loans@$l.$$.input.books@$b[$b.id = $l.book].{'who': $l.who, 'title': $b.t}", scope)
    assert joined == [{"who": "a", "title": "x"}, {"who": "b", "title": "y"}]
    assert rendered("input.books#$i.{'place': $i, 't': t}", scope) == [{"place": 0, "t": "x"}, {"place": 1, "t": "y"}]
    assert rendered("input.books.t.{'t': $, 'id': %.id}", scope) == [{"t": "x", "id": 1}, {"t": "y", "id": 2}]


def test_deep_values_end_with_the_budget_and_never_with_the_stack() -> None:
    deep = "($d := $reduce([1..20000], function($a, $b) { [[$a]] }); "
    for use in ("$boolean($d))", "$d = $d)", "$string($d))", "$count($d.**))", "$clone($d))", "$d)"):
        with pytest.raises(ExpressionBudget):
            rendered(deep + use, meter=Meter(10**8, 10**9, 512, 0, ""))


def test_a_scope_may_be_any_mapping() -> None:
    scope = MappingProxyType({"input": {"a": {"b": 1}}})
    assert rendered("input.a.b", scope, activity()) == 1
    with pytest.raises(MissingValue) as failure:
        rendered("input.a.c", scope, activity())
    assert failure.value.details["step"] == "c"
