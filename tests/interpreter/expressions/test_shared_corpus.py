"""The expressions that the server and the browser's preview must agree on."""

import json
from pathlib import Path
from typing import Any

import pytest

from interpreter.expressions import ExpressionFailure, parse_template, workflow_meter
from interpreter.expressions.expression import expression_of
from interpreter.expressions.values import plain

CORPUS = json.loads((Path(__file__).parents[2] / "fixtures" / "expressions.json").read_text())


def _template_of(case: dict[str, Any]) -> str:
    return case["template"] if "template" in case else "{{ " + case["expression"] + " }}"


@pytest.mark.parametrize("case", CORPUS, ids=[str(case.get("expression", case.get("template"))) for case in CORPUS])
def test_a_case_of_the_corpus_yields_what_it_says(case: dict[str, Any]) -> None:
    template = parse_template(_template_of(case))
    assert template.problems == ()
    meter = workflow_meter(0, "seed")
    if "error" in case:
        with pytest.raises(ExpressionFailure) as failure:
            template.render(case["scope"], meter)
        assert failure.value.name == case["error"]
    else:
        result = template.render(case["scope"], meter)
        assert (result, type(result)) == (case["result"], type(case["result"]))


@pytest.mark.parametrize("case", [case for case in CORPUS if "expression" in case], ids=lambda case: case["expression"])
def test_the_full_evaluation_yields_the_same(case: dict[str, Any]) -> None:
    expression = expression_of(case["expression"])
    meter = workflow_meter(0, "seed")
    if "error" in case:
        with pytest.raises(ExpressionFailure) as failure:
            plain(expression.value_in_full(case["scope"], meter), meter)
        assert failure.value.name == case["error"]
    else:
        assert plain(expression.value_in_full(case["scope"], meter), meter) == case["result"]


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 40
