"""Reads the plain expressions of a config without the parser, which takes a thousand times as long.

Most expressions are a path, or a few paths and literals between operators. Ten thousand of them are to be
checked within a second, so those are recognised by one regular expression; every other text is read in full.
Both ways give the same references and the same problems: a test holds them against each other.
"""

import re
from dataclasses import dataclass
from typing import Literal

from interpreter.expressions.references import Reference
from interpreter.expressions.template import ExpressionProblem, RegexCheck, parse_template
from interpreter.json_value import Json
from interpreter.json_value import pointer as pointer_of

Kind = Literal["boolean", "number", "string", "null"]

_ROOTS = "input|nodes|errors|item|index|count|carry|vars|run|trigger|config"
_WORDS = r"(?!(?:and|or|in|true|false|null)\b)"
_NAME = r"[A-Za-z_][A-Za-z0-9_]*+"
_PATH = rf"(?:{_ROOTS})(?![A-Za-z0-9_])(?:\.{_WORDS}{_NAME})*+(?![.\[({{@#^`$])"
_NUMBER = r"(?:0|[1-9][0-9]{0,14}+)(?:\.[0-9]{1,15}+)?+(?![.0-9A-Za-z_])"
_STRING = r""""[^"\\{}]*+"|'[^'\\{}]*+'"""
_OPERAND = rf"(?:{_PATH}|{_NUMBER}|(?:{_STRING})(?![.\[({{@#^])|(?:true|false|null)(?![A-Za-z0-9_.\[({{@#^]))"
_OPERATOR = r"(?:\s*+(?:!=|<=|>=|[+\-%&=<>]|\*(?!\*)|/(?!\*))\s*+|\s++(?:and|or|in)\s++)"
_PLAIN = rf"\s*+{_OPERAND}(?:\s*+\?\?\s*+{_OPERAND})?+(?:{_OPERATOR}{_OPERAND})*+\s*+"
_TEXT = re.compile(rf"[^{{}}]*+(?:\{{\{{{_PLAIN}\}}\}}(?!\}})[^{{}}]*+)*+", re.ASCII)
_EXPRESSION = re.compile(rf"\{{\{{({_PLAIN})\}}\}}", re.ASCII)
_TOKEN = re.compile(rf"({_PATH})|({_NUMBER})|({_STRING})|(\?\?|!=|<=|>=|[+\-%&=<>*/])|([a-z]+)", re.ASCII)
_COMPARING = frozenset({"and", "or", "in", "=", "!=", "<", "<=", ">", ">="})
_LONGEST = 400
_BY_WORD: dict[str, Kind] = {"true": "boolean", "false": "boolean", "null": "null"}


@dataclass(frozen=True, slots=True)
class Written:
    """The expressions of one config, or of the run's output."""

    references: list[Reference]
    problems: list[ExpressionProblem]
    plain: dict[str, "Plain"]
    """By pointer: the strings that are one whole plain expression."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What is known of a plain expression that is a whole string."""

    path: Reference | None
    """The expression is this path, and nothing else."""
    kind: Kind | None
    """The type of its value, as far as its operators and literals tell."""
    constant: str | None = None
    """The literal that it is."""


def read_templates(value: Json, pointer: str, regex_check: RegexCheck | None) -> Written:
    """Everything that expressions in a JSON value refer to, and what is wrong with them."""
    written = Written([], [], {})
    _read(value, pointer, regex_check, written, 0)
    return written


def _read(value: Json, pointer: str, regex_check: RegexCheck | None, written: Written, level: int) -> None:
    if isinstance(value, str):
        if "{{" in value:
            _read_text(value, pointer, regex_check, written)
    elif isinstance(value, dict | list) and level > 20:
        # Deep values are rare; the full reader knows their limit.
        _read_in_full(value, pointer, regex_check, written)
    elif isinstance(value, dict):
        for name, item in value.items():
            _read(item, pointer + step_of(name), regex_check, written, level + 1)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _read(item, f"{pointer}/{place}", regex_check, written, level + 1)


def step_of(name: str) -> str:
    """One step of a JSON Pointer; most names need no escape."""
    return "/" + name if name.isidentifier() else pointer_of(name)


def _read_in_full(value: Json, pointer: str, regex_check: RegexCheck | None, written: Written) -> None:
    template = parse_template(value, pointer, regex_check)
    written.references.extend(template.references)
    written.problems.extend(template.problems)


def _read_text(text: str, pointer: str, regex_check: RegexCheck | None, written: Written) -> None:
    if not _TEXT.fullmatch(text):
        _read_in_full(text, pointer, regex_check, written)
        return
    expressions = _EXPRESSION.findall(text)
    if any(len(one) > _LONGEST for one in expressions):
        _read_in_full(text, pointer, regex_check, written)
        return
    for one in expressions:
        plain = _read_plain(one, pointer, written)
        if len(one) + 4 == len(text):
            written.plain[pointer] = plain


def _read_plain(expression: str, pointer: str, written: Written) -> Plain:
    tokens = _TOKEN.findall(expression)
    references: list[Reference] = []
    operators: list[str] = []
    literal: Kind | None = None
    for path, number, string, operator, word in tokens:
        if path:
            root, *names = path.split(".")
            relaxed = not operators and len(tokens) > 1 and tokens[1][3] == "??"
            references.append(Reference(root, names[0] if names else None, tuple(names[1:]), relaxed, pointer))
        elif operator or word in ("and", "or", "in"):
            operators.append(operator or word)
        else:
            literal = "number" if number else "string" if string else _BY_WORD[word]
    written.references.extend(references)
    if operators:
        return Plain(None, _kind(operators))
    return Plain(references[0] if references else None, literal, None if references else expression.strip())


def _kind(operators: list[str]) -> Kind | None:
    """The type of what the last operator to be carried out gives."""
    if "??" in operators:
        return None
    if not _COMPARING.isdisjoint(operators):
        return "boolean"
    sums = [one for one in operators if one in "+-&"]
    return "string" if sums and sums[-1] == "&" else "number"


_BOOLEAN = re.compile(r"\{\{\s*(true|false)\s*\}\}")


def constant_boolean(value: Json) -> bool | None:
    """What a condition always is; None when it depends on something."""
    if isinstance(value, bool):
        return value
    match = _BOOLEAN.fullmatch(value) if isinstance(value, str) else None
    return None if match is None else match[1] == "true"
