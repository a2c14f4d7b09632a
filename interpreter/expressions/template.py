"""Templates: JSON values whose strings hold expressions, read once and rendered many times."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from interpreter.expressions.errors import EvaluationError, ExpressionFailure
from interpreter.expressions.expression import Expression, expression_of
from interpreter.expressions.failures import translate
from interpreter.expressions.meter import Meter
from interpreter.expressions.references import Reference
from interpreter.expressions.scanner import scan
from interpreter.expressions.values import json_text, plain
from interpreter.json_value import Json
from interpreter.json_value import pointer as pointer_of

RegexCheck = Callable[[str], str | None]
"""Says what is wrong with a regular expression; None when nothing is."""

MAX_TEMPLATE_DEPTH = 500


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """Why a string of a template can't be rendered."""

    message: str
    pointer: str
    position: int
    """Where in the string, in characters."""
    hint: str | None = None
    code: str = "invalid_expression"


Render = Callable[[Mapping[str, Json], Meter], Json]


class Template:
    """A JSON value with the expressions in it."""

    __slots__ = ("_render", "cheap", "constant", "problems", "raw", "references")

    def __init__(self, raw: Json, pointer: str, regex_check: RegexCheck | None) -> None:
        reader = _Reader(regex_check)
        self.raw = raw
        render = reader.read(raw, pointer, 0)
        self.constant = render is None
        """It renders as it is written, for nothing."""
        self.problems: tuple[ExpressionProblem, ...] = tuple(reader.problems)
        self.references: tuple[Reference, ...] = tuple(reader.references)
        self.cheap = reader.cheap and not reader.problems
        """It may be rendered inside the Temporal workflow."""
        self._render: Render = render if render is not None else _constant(raw)

    def render(self, scope: Mapping[str, Json], meter: Meter) -> Json:
        """The value with all its expressions evaluated; raises `ExpressionFailure` only."""
        return self._render(scope if isinstance(scope, dict) else dict(scope), meter)


def parse_template(value: Json, pointer: str = "", regex_check: RegexCheck | None = None) -> Template:
    """Reads a template. Never raises for what a person wrote: `problems` says what is wrong."""
    return Template(value, pointer, regex_check)


class _Reader:
    """Turns a JSON value into a function that renders it, or None where it is constant."""

    def __init__(self, regex_check: RegexCheck | None) -> None:
        self.regex_check = regex_check
        self.problems: list[ExpressionProblem] = []
        self.references: list[Reference] = []
        self.cheap = True

    def read(self, value: Json, pointer: str, level: int) -> Render | None:
        if isinstance(value, str):
            return self._read_text(value, pointer) if "{{" in value else None
        if level > MAX_TEMPLATE_DEPTH:
            self.problems.append(ExpressionProblem("the value nests too deep", pointer, 0))
            return None
        if isinstance(value, dict):
            fields = [(key, item, self.read(item, pointer + pointer_of(key), level + 1)) for key, item in value.items()]
            if all(render is None for _, _, render in fields):
                return None
            return _object([(key, render or _constant(item)) for key, item, render in fields])
        if isinstance(value, list):
            items = [(item, self.read(item, pointer + pointer_of(i), level + 1)) for i, item in enumerate(value)]
            if all(render is None for _, render in items):
                return None
            return _array([render or _constant(item) for item, render in items])
        return None

    def _read_text(self, text: str, pointer: str) -> Render:
        scanned = scan(text)
        if scanned.unclosed is not None:
            self.problems.append(
                ExpressionProblem(
                    "{{ is never closed by }}", pointer, scanned.unclosed, "write {{{{ for two literal braces"
                )
            )
            return _unusable(text, pointer)
        parts: list[str | Expression] = []
        for segment in scanned.segments:
            if segment.start is None:
                parts.append(segment.text)
            else:
                parts.append(self._add(expression_of(segment.text), segment.start, pointer))
        if any(isinstance(part, Expression) and part.complaints for part in parts):
            return _unusable(text, pointer)
        if len(parts) == 1 and isinstance(parts[0], Expression):
            return _whole(parts[0], pointer)
        return _mixed(parts, pointer)

    def _add(self, expression: Expression, start: int, pointer: str) -> Expression:
        self.cheap = self.cheap and expression.cheap
        self.references += [replace(reference, pointer=pointer) for reference in expression.references]
        self.problems += [
            ExpressionProblem(complaint.message, pointer, start + complaint.position, complaint.hint)
            for complaint in expression.complaints
        ]
        self.problems += self._bad_patterns(expression, start, pointer)
        return expression

    def _bad_patterns(self, expression: Expression, start: int, pointer: str) -> Iterator[ExpressionProblem]:
        if self.regex_check is None:
            return
        for pattern, position in expression.patterns:
            wrong = self.regex_check(pattern)
            if wrong is not None:
                message = f"the regular expression is not accepted: {wrong}"[:300]
                hint = "look-around and back references are not available"
                yield ExpressionProblem(message, pointer, start + position, hint)


def _constant(value: Json) -> Render:
    """Each rendering gets a copy of its own; a constant costs nothing."""
    if not isinstance(value, (dict, list)):
        return lambda scope, meter: value
    return lambda scope, meter: _copied(value)


def _copied(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _object(fields: list[tuple[str, Render]]) -> Render:
    return lambda scope, meter: {key: render(scope, meter) for key, render in fields}


def _array(items: list[Render]) -> Render:
    return lambda scope, meter: [render(scope, meter) for render in items]


def _whole(expression: Expression, pointer: str) -> Render:
    value = expression.value

    def render(scope: Mapping[str, Json], meter: Meter) -> Json:
        try:
            return plain(value(scope, meter), meter)
        except Exception as error:
            raise _located(error, expression.text, pointer) from None

    return render


def _mixed(parts: list[str | Expression], pointer: str) -> Render:
    def render(scope: Mapping[str, Json], meter: Meter) -> Json:
        pieces: list[str] = []
        for part in parts:
            if isinstance(part, str):
                pieces.append(part)
                continue
            try:
                text = plain(json_text(part.value(scope, meter), meter), meter)
            except Exception as error:
                raise _located(error, part.text, pointer) from None
            pieces.append(text)
        return "".join(pieces)

    return render


def _unusable(text: str, pointer: str) -> Render:
    def render(scope: Mapping[str, Json], meter: Meter) -> Json:
        raise _located(EvaluationError("the expression is not valid"), text[:200], pointer)

    return render


def _located(error: Exception, text: str, pointer: str) -> ExpressionFailure:
    failure = translate(error)
    failure.locate(text.strip(), pointer)
    return failure


__all__ = ["ExpressionProblem", "RegexCheck", "Template", "parse_template"]
