"""Rendering: types, mixed text, copies and places."""

from typing import Any

import pytest

from interpreter.expressions import (
    EvaluationError,
    ExpressionBudget,
    Meter,
    NumberRange,
    OperandError,
    parse_template,
    workflow_meter,
)
from tests.interpreter.expressions.rendering import AT_MS, is_plain, rendered

SCOPE = {"input": {"id": 7, "name": "Ada", "none": None, "list": [1, {"a": None}], "big": 2**60 + 1, "f": 1.0}}


def render(value: Any, scope: dict[str, Any] = SCOPE) -> Any:
    template = parse_template(value)
    assert template.problems == ()
    return template.render(scope, workflow_meter(0, ""))


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "text", [], {}, {"a": [1, {"b": "}} x"}]}])
def test_a_value_without_expressions_is_constant_and_costs_nothing(value: Any) -> None:
    template = parse_template(value)
    meter = Meter(0, 0, 0, 0, "")
    assert template.constant and template.cheap and template.references == ()
    assert template.render({}, meter) == template.raw == value


def test_escaped_braces_cost_nothing_but_are_not_constant() -> None:
    template = parse_template("{{{{ a }}")
    assert template.cheap and not template.constant and template.references == ()
    assert template.render({}, Meter(0, 0, 0, 0, "")) == "{{ a }}"


def test_constants_are_copied_for_every_rendering() -> None:
    template = parse_template({"a": [1], "b": "{{ input.id }}"})
    first = template.render(SCOPE, workflow_meter(0, ""))
    first["a"].append(2)
    assert template.render(SCOPE, workflow_meter(0, "")) == {"a": [1], "b": 7}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ input.id }}", 7),
        ("{{ input.none }}", None),
        ("{{ input.list }}", [1, {"a": None}]),
        ("{{input.list[9]}}", None),
        (" {{ input.id }}", " 7"),
        ("{{ input.id }}{{ input.name }}", "7Ada"),
        ("a{{ input.none }}b{{ input.list[9] }}c", "abc"),
        ("{{ input.list }}!", '[1,{"a":null}]!'),
        ("{{ true }}!", "true!"),
        ("{{ input.big }}!", f"{2**60 + 1}!"),
        ("{{ 0.1 + 0.2 }}!", "0.30000000000000004!"),
        ("{{ input.f }}!", "1!"),
        ("{{ 1e21 }} {{ 1e-7 }} {{ 0.00001 }}", "1e+21 1e-7 0.00001"),
        ("{{ 'ä\\u00e9😀' }}!", "äé😀!"),
        ("{{ '\\ud83d\\ude00' }}", "😀"),
        ('{{ {"ä": "\\"x"} }}!', '{"ä":"\\"x"}!'),
    ],
)
def test_a_whole_expression_keeps_its_type_and_mixed_text_is_text(text: str, value: Any) -> None:
    assert render(text) == value
    assert type(render(text)) is type(value)


def test_keys_of_objects_are_not_expressions() -> None:
    assert render({"{{ input.id }}": "{{ input.id }}"}) == {"{{ input.id }}": 7}


def test_integers_beyond_two_to_the_53_stay_exact_when_passed_through() -> None:
    big = 2**63 + 1
    scope = {"input": {"n": big}}
    for expression in (
        "input.n",
        "[input.n][0]",
        "{'a': input.n}.a",
        "$string(input.n) ~> $number()",
        "9223372036854775809",
    ):
        assert rendered(expression, scope) == big
    assert rendered("'id ' & input.n", scope) == f"id {big}"
    assert rendered("input.n = 9223372036854775808", scope) is False
    assert rendered("input.n > 9223372036854775808", scope) is True


@pytest.mark.parametrize(
    "expression",
    ["input.n + 1", "-input.n", "$sum([1, input.n])", "$floor(input.n)", "input.n * 0", "[input.n..input.n]"],
)
def test_integers_beyond_two_to_the_53_are_refused_in_arithmetic(expression: str) -> None:
    with pytest.raises(NumberRange):
        rendered(expression, {"input": {"n": 2**53 + 1}})


@pytest.mark.parametrize("expression", ["1e300 * 1e300", "$sum([1e308, 1e308])", "-1e308 - 1e308"])
def test_a_number_that_no_double_holds_is_refused(expression: str) -> None:
    with pytest.raises(NumberRange):
        rendered(expression)


def test_a_result_beyond_two_to_the_53_is_a_double() -> None:
    assert rendered("9007199254740991 + 9") == 9007199254741000.0
    assert type(rendered("9007199254740991 + 9")) is float
    assert type(rendered("4 / 2")) is int


@pytest.mark.parametrize(
    "expression", ["1 + 'a'", "'a' < 1", "true > 1", "-'a'", "$sum(['a'])", "['a'..2]", "'a' ~> 1", "(1)(2)"]
)
def test_a_wrong_operand_is_a_type_error(expression: str) -> None:
    with pytest.raises(OperandError) as failure:
        rendered(expression)
    assert failure.value.name == "TypeError"


@pytest.mark.parametrize(
    "expression",
    ["1 / 0", "1 % 0", "$number('x')", "$sqrt(-1)", "$power(-8, 1/3)", "'\\ud800'", "$base64decode('/w==')"],
)
def test_any_other_trouble_is_an_expression_error(expression: str) -> None:
    with pytest.raises(EvaluationError) as failure:
        rendered(expression)
    assert failure.value.name == "ExpressionError"


def test_a_function_is_not_a_result() -> None:
    for expression in ("$sum", "function($x) { $x }", "[$sum]", "{'a': $sum}"):
        with pytest.raises(EvaluationError):
            rendered(expression)


def test_results_are_copies_of_plain_types() -> None:
    scope = {"input": {"list": [{"a": [1]}]}}
    for expression in ("input.list", "input.list[0]", "input.list.a[]", "[input.list]", "input.list ~> $reverse()"):
        result = rendered(expression, scope)
        assert is_plain(result)
        _spoil(result)
        assert scope == {"input": {"list": [{"a": [1]}]}}


def _spoil(value: Any) -> None:
    for item in list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else []:
        _spoil(item)
    if isinstance(value, (dict, list)):
        value.clear()


@pytest.mark.parametrize(
    "expression",
    ["input.empty{'a': 1}", "input ~> |list|{'x': 1}, 'a'|", "input.list^(a)", "input.list.($ ~> |$|{'x': 1}|)", "$append(input.empty, 1)",
     "input.list#$i.{'i': $i}", "input.list@$l.a@$m.{'l': $l}", "$merge([input.list[0], {'x': 1}])", "input.list.**", "$shuffle(input.list)"],
)  # fmt: skip
def test_an_evaluation_never_changes_its_scope(expression: str) -> None:
    scope = {"input": {"empty": [], "list": [{"a": 2}, {"a": 1}]}}
    rendered(expression, scope)
    assert scope == {"input": {"empty": [], "list": [{"a": 2}, {"a": 1}]}}


def test_a_transformation_can_not_reach_into_the_scope() -> None:
    scope = {"input": {"a": {"x": 1}}}
    with pytest.raises(EvaluationError):
        rendered("{'y': 1} ~> |$$.input.a|{'x': 2}|", scope)
    assert scope == {"input": {"a": {"x": 1}}}


def test_time_and_chance_come_from_the_meter() -> None:
    assert rendered("$millis()") == AT_MS
    assert rendered("$now()") == "2023-11-14T22:13:20.123Z"
    assert rendered("$toMillis('12:00', '[H01]:[m01]')") == AT_MS // 86_400_000 * 86_400_000 + 12 * 3_600_000
    assert rendered("$random()") == rendered("$random()")
    assert rendered("[$random(), $random()]")[0] != rendered("[$random(), $random()]")[1]
    assert rendered("$shuffle([1..20])") == rendered("$shuffle([1..20])")
    assert rendered("$random()", meter=Meter(100, 100, 100, 0, "other")) != rendered("$random()")


def test_equal_renderings_spend_equal_steps() -> None:
    template = parse_template("{{ $sum(input.list.(a * 2)) }} {{ input.list[a > 1] }}")
    spent = set()
    for _ in range(5):
        meter = workflow_meter(0, "")
        template.render({"input": {"list": [{"a": 1}, {"a": 2}]}}, meter)
        spent.add((meter.spent, meter.built))
    assert len(spent) == 1


def test_a_template_with_a_problem_fails_clearly_when_it_is_rendered_all_the_same() -> None:
    template = parse_template({"a": "{{ 1 + }}"})
    with pytest.raises(EvaluationError) as failure:
        template.render({}, workflow_meter(0, ""))
    assert failure.value.details["path"] == "/a"


def test_the_size_of_a_result_is_bounded_also_where_nothing_is_computed() -> None:
    template = parse_template("{{ input.text }}")
    with pytest.raises(ExpressionBudget):
        template.render({"input": {"text": "x" * 70_000}}, workflow_meter(0, ""))


def test_an_alternative_is_evaluated_once_with_its_predicate() -> None:
    assert rendered("input.items[1] ?? 'none'", {"input": {"items": [1, 2]}}) == 2
    assert rendered("input.items[1] ?: 'none'", {"input": {"items": [1, 2]}}) == 2
    nested = "(" * 60 + "input.a" + " ?? 1)" * 60
    meter = workflow_meter(0, "")
    assert rendered(nested, {"input": {}}, meter) == 1
    assert meter.spent < 500


def test_null_inside_arrays_is_a_value() -> None:
    scope = {"input": {"list": [None, 1]}}
    assert rendered("input.list.($ = null)", scope) == [True, False]
    assert rendered("input.list[$ = null]", scope) is None
    assert rendered("$map(input.list, function($v) { $type($v) })", scope) == ["null", "number"]
    assert rendered("input.list[0] ?? 5", scope) is None
