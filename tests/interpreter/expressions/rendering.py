"""Ways for the tests to render an expression."""

import json
from collections.abc import Mapping
from typing import Any

from activities.kit.regex_engine import re2_check, re2_engine
from interpreter.expressions import ExpressionFailure, Meter, activity_meter, parse_template

AT_MS = 1_700_000_000_123


def activity() -> Meter:
    return activity_meter(AT_MS, "seed", re2_engine)


def rendered(expression: str, scope: Mapping[str, Any] | None = None, meter: Meter | None = None) -> Any:
    """The value of an expression that has no problems."""
    template = parse_template("{{" + expression + "}}", regex_check=re2_check)
    assert template.problems == ()
    return template.render(scope or {}, meter or activity())


def outcome(expression: str, scope: Mapping[str, Any] | None = None, meter: Meter | None = None) -> str:
    """What becomes of any text at all: "problem", the name of a failure, or "value" for plain JSON."""
    template = parse_template("{{" + expression + "}}", regex_check=re2_check)
    try:
        value = template.render(scope or {}, meter or activity())
    except ExpressionFailure as failure:
        json.dumps(failure.details)
        return "problem" if template.problems else failure.name
    assert is_plain(value)
    return "value"


def is_plain(value: Any) -> bool:
    """Whether a value consists of JSON's own types and nothing that only looks like them."""
    if type(value) is dict:
        return all(type(key) is str and is_plain(item) for key, item in value.items())
    if type(value) is list:
        return all(map(is_plain, value))
    return value is None or type(value) in (str, int, float, bool)
