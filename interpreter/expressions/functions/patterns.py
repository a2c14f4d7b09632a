"""Functions on texts with a pattern: a text, or a regular expression."""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

from interpreter.expressions.engine import Engine
from interpreter.expressions.errors import EvaluationError, OperandError
from interpreter.expressions.operators import kind_of
from interpreter.expressions.regex import Match, Regex
from interpreter.expressions.sequences import sequence
from interpreter.expressions.values import POINTER_BYTES

_PIECE_BYTES = 56
"""A short text costs this much besides its characters."""


def _matches(engine: Engine, pattern: Any, text: str) -> Iterator[Match]:
    """The matches of a regular expression, or of a function that behaves like one."""
    if isinstance(pattern, Regex):
        yield from pattern.matches(text)
        return
    found = engine.apply(pattern, [text], None)
    while found is not None:
        engine.meter.step()
        yield _checked(found)
        following = found.get("next")
        found = None if following is None else engine.apply(following, [], None)


def _checked(found: Any) -> Match:
    try:
        match = Match(found["match"], int(found["start"]), int(found["end"]), list(found["groups"]))
    except (TypeError, KeyError, ValueError):
        match = None
    if match is None or not isinstance(match.text, str) or not isinstance(match.groups, list):
        raise OperandError("the pattern function does not return a match", code="T1010")
    return match


def _limited(matches: Iterator[Match], limit: Any, name: str, code: str) -> Iterator[Match]:
    if limit is not None and limit < 0:
        raise EvaluationError(f"the limit of ${name} is negative", code=code)
    return matches if limit is None else itertools.islice(matches, math.ceil(limit))


def _match(engine: Engine, text: Any, pattern: Any, limit: Any = None) -> Any:
    if text is None or pattern is None:
        return None
    found = sequence()
    for match in _limited(_matches(engine, pattern, text), limit, "match", "D3040"):
        found.append({"match": match.text, "index": match.start, "groups": match.groups})
    return found


def _contains(engine: Engine, text: Any, pattern: Any) -> Any:
    if text is None or pattern is None:
        return None
    if isinstance(pattern, str):
        return pattern in text
    return next(_matches(engine, pattern, text), None) is not None


def _split(engine: Engine, text: Any, pattern: Any, limit: Any = None) -> Any:
    if text is None or pattern is None:
        return None
    if limit is not None and limit < 0:
        raise EvaluationError("the limit of $split is negative", code="D3020")
    most = None if limit is None else math.floor(limit)
    if isinstance(pattern, str):
        count = text.count(pattern) + 1 if pattern else len(text)
        engine.meter.grow(len(text) + (_PIECE_BYTES + POINTER_BYTES) * count)
        return (text.split(pattern) if pattern else list(text))[:most]
    pieces: list[str] = []
    start = 0
    for match in _matches(engine, pattern, text):
        if most is not None and len(pieces) >= most:
            return pieces
        engine.meter.grow(_PIECE_BYTES + match.start - start)
        pieces.append(text[start : match.start])
        start = match.end
    pieces.append(text[start:])
    return pieces[:most]


def _replace(engine: Engine, text: Any, pattern: Any, replacement: Any, limit: Any = None) -> Any:
    if text is None or pattern is None or replacement is None:
        return None
    if pattern == "":
        raise EvaluationError("the pattern of $replace is an empty text", code="D3010")
    if limit is not None and limit < 0:
        raise EvaluationError("the limit of $replace is negative", code="D3011")
    if isinstance(pattern, str) and isinstance(replacement, str):
        most = -1 if limit is None else math.ceil(limit)
        count = text.count(pattern) if most < 0 else min(text.count(pattern), most)
        engine.meter.grow(len(text) + count * max(0, len(replacement) - len(pattern)))
        return text.replace(pattern, replacement, most)
    found = _plain_matches(engine, text, pattern) if isinstance(pattern, str) else _matches(engine, pattern, text)
    replacer = _filler(replacement) if isinstance(replacement, str) else _caller(engine, replacement)
    parts: list[str] = []
    start = 0
    for match in _limited(found, limit, "replace", "D3011"):
        made = replacer(match)
        engine.meter.grow(_PIECE_BYTES + len(made) + match.start - start)
        parts += (text[start : match.start], made)
        start = match.end
    engine.meter.grow(len(text) - start)
    parts.append(text[start:])
    return "".join(parts)


def _plain_matches(engine: Engine, text: str, pattern: str) -> Iterator[Match]:
    start = text.find(pattern)
    while start >= 0:
        engine.meter.step()
        end = start + len(pattern)
        yield Match(pattern, start, end, [])
        start = text.find(pattern, end)


def _caller(engine: Engine, function: Any) -> Callable[[Match], str]:
    def call(match: Match) -> str:
        shown = {"match": match.text, "start": match.start, "end": match.end, "groups": match.groups}
        made = engine.apply(function, [shown], None)
        if not isinstance(made, str):
            raise EvaluationError(f"the function of $replace returns {kind_of(made)}, not a text", code="D3012")
        return made

    return call


def _filler(template: str) -> Callable[[Match], str]:
    """Fills `$1` and the like; `$0` is the whole match, `$$` a dollar sign."""
    if "$" not in template:
        return lambda match: template

    def fill(match: Match) -> str:
        parts: list[str] = []
        position = 0
        while (found := template.find("$", position)) >= 0:
            parts.append(template[position:found])
            made, position = _filled(template, found + 1, match)
            parts.append(made)
        return "".join(parts) + template[position:]

    return fill


def _filled(template: str, position: int, match: Match) -> tuple[str, int]:
    following = template[position : position + 1]
    if following == "$":
        return "$", position + 1
    if following == "0":
        return match.text, position + 1
    count = len(match.groups)
    digits = _leading_digits(template[position : position + max(1, len(str(count)))])
    if len(digits) > 1 and int(digits) > count:
        digits = digits[:-1]
    if not digits:
        return "$", position
    place = int(digits)
    made = match.groups[place - 1] if 0 < place <= count else None
    return made or "", position + len(digits)


def _leading_digits(text: str) -> str:
    return "".join(itertools.takewhile(lambda char: "0" <= char <= "9", text))


PATTERN_FUNCTIONS = (
    ("match", "<s-f<s:o>n?:a<o>>", _match),
    ("contains", "<s-(sf):b>", _contains),
    ("split", "<s-(sf)n?:a<s>>", _split),
    ("replace", "<s-(sf)(sf)n?:s>", _replace),
)
