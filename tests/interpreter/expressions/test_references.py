"""What an expression reads, what must exist, and what is refused before anything runs."""

from typing import Any

import pytest

from activities.kit.regex_engine import re2_check
from interpreter.expressions import MissingValue, Reference, parse_template, workflow_meter
from tests.interpreter.expressions.rendering import rendered


def references(expression: str) -> list[tuple[str, str | None, tuple[str, ...], bool]]:
    template = parse_template("{{ " + expression + " }}")
    assert template.problems == ()
    return [(one.root, one.name, one.path, one.relaxed) for one in template.references]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("input", [("input", None, (), False)]),
        ("nodes.fetch.body.total", [("nodes", "fetch", ("body", "total"), False)]),
        ("nodes.fetch.items[0].id", [("nodes", "fetch", ("items",), False)]),
        ("nodes[x = 1].y", [("nodes", None, (), False)]),
        ("nodes.*.y", [("nodes", None, (), False)]),
        ("input.a + errors.b.name", [("input", "a", (), False), ("errors", "b", ("name",), False)]),
        ("$exists(nodes.a.b)", [("nodes", "a", ("b",), True)]),
        ("nodes.a.b ~> $exists()", [("nodes", "a", ("b",), True)]),
        ("nodes.a ?? nodes.b", [("nodes", "a", (), True), ("nodes", "b", (), False)]),
        ("nodes.a ?: nodes.b", [("nodes", "a", (), True), ("nodes", "b", (), False)]),
        ("(input.a + 1) ?? 2", [("input", "a", (), True)]),
        (
            "input.c ? input.a : input.b",
            [("input", "c", (), False), ("input", "a", (), False), ("input", "b", (), False)],
        ),
        ("input.items[price > $$.vars.limit]", [("input", "items", (), False), ("vars", "limit", (), False)]),
        ("$map(input.a, function($x) { $x.b + item.c })", [("input", "a", (), False), ("item", "c", (), False)]),
        ("input.list.{'id': id}", [("input", "list", (), False)]),
        ("{'x': run.id}", [("run", "id", (), False)]),
        ("input.items^(price)", [("input", "items", (), False)]),
        ("input.`a b`.'c d'", [("input", "a b", ("c d",), False)]),
        ("($n := nodes; $n.a)", [("nodes", None, (), False)]),
    ],
)
def test_references_are_found_in_the_parsed_tree(expression: str, expected: list[Any]) -> None:
    assert references(expression) == expected


def test_a_reference_says_which_string_of_the_template_it_stands_in() -> None:
    template = parse_template({"a": ["x", {"b/c": "{{ input.x }}"}]}, pointer="/nodes/0/config")
    assert template.references == (Reference("input", "x", (), False, "/nodes/0/config/a/1/b~1c"),)


@pytest.mark.parametrize(
    "expression",
    ["input.a.b", "1 + input.a.b", "input.a.b & 'x'", "[input.a.b]", "{'x': input.a.b}", "$string(input.a.b)",
     "input.a.b.c", "input.text.length", "input.nothing.x", "true ? input.a.b : 1", "$map([1], function() { input.a.b })",
     "input.a[0].b.c = 1 or input.a.b", "nodes.none", "nodes.none.body", "errors.ok.name", "item", "$$.input.zzz",
     "input.a.b in [1]", "-input.a.b", "input.zzz.*", "input.zzz[0]", "vars.x.y"],
)  # fmt: skip
def test_a_path_from_a_root_must_exist(expression: str) -> None:
    scope = {"input": {"a": {"x": 1}, "text": "abc", "nothing": None}, "nodes": {}, "errors": {}, "vars": {"x": 1}}
    with pytest.raises(MissingValue) as failure:
        rendered(expression, scope)
    assert failure.value.details["reference"]
    assert failure.value.details["step"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("input.a.zzz ?? 'x'", "x"),
        ("input.zzz.zzz.zzz ?? 'x'", "x"),
        ("nodes.none.body ?? 'x'", "x"),
        ("$exists(nodes.none.body)", False),
        ("$exists(input.nothing)", True),
        ("input.nothing ?? 1", None),
        ("input.nothing ?: 1", 1),
        ("input.list.zzz", None),
        ("input.list[3]", None),
        ("input.list[3].id.zzz", None),
        ("input.list.id", [1, 2]),
        ("input.*.zzz", None),
        ("input.a[x = 2].zzz", None),
        ("input.list[id = 1].id", 1),
        ("(input.zzz + 1) ?? 'x'", "x"),
        ("(input.zzz ? 1 : 2) ?? 'x'", 2),
        ("item ?? 'none'", "none"),
    ],
)
def test_strictness_ends_at_a_filter_a_wildcard_an_array_or_where_it_is_relaxed(expression: str, value: Any) -> None:
    scope = {"input": {"a": {"x": 1}, "nothing": None, "list": [{"id": 1}, {"id": 2}]}, "nodes": {}}
    assert rendered(expression, scope) == value


def test_a_missing_value_tells_the_expression_the_step_and_the_string() -> None:
    template = parse_template({"to": "{{ input.customer.mail }}"}, pointer="/config")
    with pytest.raises(MissingValue) as failure:
        template.render({"input": {"customer": {}}}, workflow_meter(0, ""))
    assert failure.value.message == 'input.customer.mail: input.customer has no field "mail"'
    assert failure.value.details == {
        "expression": "input.customer.mail",
        "reference": "input.customer.mail",
        "step": "mail",
        "path": "/config/to",
    }
    assert failure.value.hint is not None and "??" in failure.value.hint


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ("foo.bar", '"foo" is not something'),
        ("input.a + customer", '"customer" is not something'),
        ("$$.customer.a", '"customer" is not something'),
        ("$customer.name", "no variable or function $customer"),
        ("$upper(input.x)", "no variable or function $upper"),
        ("$eval('1')", "$eval is not available"),
        ("$map(['1'], $eval)", "$eval is not available"),
        ("($f := $eval; $f('1'))", "$eval is not available"),
        ("$", "the whole scope"),
        ("$$", "the whole scope"),
        ("$keys($)", "the whole scope"),
        ("$string()", "$string needs an argument"),
        ("$lookup('nodes')", "$lookup needs an argument"),
        ("input.%", "the whole scope"),
        ("input.a.%.%", "the whole scope"),
        ("*", "a wildcard needs a root"),
        ("**.secret", "a wildcard needs a root"),
        ("1 +", "end of expression"),
        ("(1", "before end"),
        ("", "empty"),
        ("   ", "empty"),
        ("'a", "never closed"),
        ("a.1", "cannot be used as a step"),
        ("1" + "+1" * 600, "nests too deep"),
        ("(" * 101 + "1" + ")" * 101, "nests too deep"),
        ("'" + "a" * 17_000 + "'", "longer than"),
        ("function($x)<a+a+:x>{$x}", "optional or repeated"),
    ],
)
def test_what_can_not_work_is_a_problem_with_its_place(expression: str, part: str) -> None:
    template = parse_template({"x": "{{" + expression + "}}"}, pointer="/c")
    assert part in template.problems[0].message
    problem = template.problems[0]
    assert (problem.code, problem.pointer) == ("invalid_expression", "/c/x")
    assert 0 <= problem.position <= len(expression) + 4
    assert not template.cheap


@pytest.mark.parametrize("pattern", ["(?=a)", "(?<!a)b", "(a)\\1", "(.*){1,99999}", "(?P<x)"])
def test_a_regular_expression_that_re2_refuses_is_a_problem(pattern: str) -> None:
    template = parse_template("{{ $contains(input.x, /" + pattern + "/) }}", regex_check=re2_check)
    assert "the regular expression is not accepted" in template.problems[0].message


def test_several_problems_are_all_told() -> None:
    template = parse_template({"a": "{{ foo }} {{ bar }}", "b": ["{{ 1 + }}", "{{"]})
    assert [problem.pointer for problem in template.problems] == ["/a", "/a", "/b/0", "/b/1"]
    assert [problem.position for problem in template.problems][:2] == [3, 13]


@pytest.mark.parametrize(
    ("expression", "cheap"),
    [
        ("input.a", True),
        ("input.items[price > 3]^(price).name", True),
        ("$sum(input.items.price) > 3 and $not(input.x)", True),
        ("input.a ~> $uppercase()", True),
        ("input.a ~> $uppercase", True),
        ("($x := input.a; $x + 1)", True),
        ("$replace(input.a, 'x', 'y')", True),
        ("$sort(input.a)", True),
        ("$now()", True),
        ("$map(input.a, function($x) { $x })", False),
        ("$map(input.a, $uppercase)", False),
        ("($f := $uppercase; $f(1))", False),
        ("$sort(input.a, function($x, $y) { $x > $y })", False),
        ("$match(input.a, /x/)", False),
        ("$substring(?, 1)", False),
        ("input.a ~> |x|{'y': 1}|", False),
        ("function($x) { $x }(1)", False),
        ("$reduce(input.a, $append)", False),
    ],
)
def test_cheap_expressions_hold_no_function_of_their_own_and_no_pattern(expression: str, cheap: bool) -> None:
    template = parse_template("{{ " + expression + " }}")
    assert template.problems == ()
    assert template.cheap is cheap
