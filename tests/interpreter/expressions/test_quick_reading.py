"""The quick way of reading expressions says the same as the full one."""

import random

import pytest

from interpreter.expressions import parse_template
from interpreter.expressions.quick_reading import constant_boolean, read_templates

_OPERANDS = ["nodes.a", "input.x.y", "1", "0.5", '"x"', "'y'", "true", "null", "item", "carry.z", "run.id", "errors.b.name"]
_OPERATORS = ["+", "-", " and ", " or ", " in ", "=", " != ", "<=", "&", "*", "/", "%", "??", " ?? "]
_ODD = [
    "nodes", "trueish", "nullx", "01", "1.", "1e3", "'{{'", '"a\\"b"', ".", "[0]", "(", ")", "**", "/*", "?:", "?", ":", "  ", "$x", "`q`",
    "..", "|", "^", "~>", "@", "#", "é", "nodes.é", "\n", "9" * 15, "9" * 16, "nodes . a", "or.x", "1and", "!", "and", "input.in", "{", "}",
]  # fmt: skip
_FRAMES = ["{{%s}}", "{{ %s }}", "a {{ %s }} b", "{{%s}}{{ nodes.q }}", "{{{{%s}}", "{{%s}}}", "{{ %s"]


def _text(chance: random.Random) -> str:
    if chance.random() < 0.4:
        return "".join(chance.choice(_OPERANDS + _OPERATORS + _ODD) for _ in range(chance.randrange(1, 7)))
    text = chance.choice(_OPERANDS)
    for _ in range(chance.randrange(5)):
        text += chance.choice(_OPERATORS) + chance.choice(_OPERANDS)
    if chance.random() < 0.3:
        place = chance.randrange(len(text) + 1)
        text = text[:place] + chance.choice(_ODD) + text[place:]
    return text


@pytest.mark.parametrize("seed", range(4))
def test_both_ways_give_the_same_references_and_problems(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(500):
        template = {"a": [chance.choice(_FRAMES) % _text(chance)]}
        written, full = read_templates(template, "/nodes/0/config", None), parse_template(template, "/nodes/0/config")
        assert (template, tuple(written.references)) == (template, full.references)
        assert (template, tuple(written.problems)) == (template, full.problems)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("input.a + 1", "number"),
        ("input.a & 1", "string"),
        ("1 + input.a & 1", "string"),
        ("1 & input.a + 1", "number"),
        ("1 & input.a * 2", "string"),
        ("input.a * 2", "number"),
        ("input.a + 1 > 2", "boolean"),
        ("input.a and input.b", "boolean"),
        ("input.a in input.b", "boolean"),
        ("input.a ?? 1", None),
        ("input.a", None),
        ('"x"', "string"),
    ],
)
def test_the_operators_tell_the_type(text: str, kind: str | None) -> None:
    assert read_templates({"a": f"{{{{ {text} }}}}"}, "", None).plain["/a"].kind == kind


def test_a_text_with_more_than_an_expression_is_not_one_plain_expression() -> None:
    assert read_templates({"a": "x {{ input.a }}", "b": "{{ input.a }}{{ 1 }}"}, "", None).plain == {}


def test_a_deep_value_is_read_to_its_bottom() -> None:
    value: object = "{{ input.deep }}"
    for _ in range(100):
        value = [value]
    (reference,) = read_templates({"a": value}, "", None).references
    assert (reference.name, reference.pointer) == ("deep", "/a" + "/0" * 100)


@pytest.mark.parametrize(("value", "always"), [(True, True), ("{{ false }}", False), ("{{ input.x }}", None), ("true", None), (1, None)])
def test_a_constant_condition_is_known(value: object, always: bool | None) -> None:
    assert constant_boolean(value) is always
