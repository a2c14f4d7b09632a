"""One expression: parsed, analysed, and evaluated by the fast path or in full."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from interpreter.expressions.errors import ExpressionFailure
from interpreter.expressions.evaluation import NOTHING, Evaluation
from interpreter.expressions.failures import translate
from interpreter.expressions.fast_path import Fast, NeedsEvaluation, fast_path
from interpreter.expressions.functions import builtin_functions
from interpreter.expressions.meter import Meter
from interpreter.expressions.references import Analysis, Complaint, Reference, Strict
from interpreter.expressions.syntax import InvalidSyntax, parse
from interpreter.expressions.tree import Node
from interpreter.expressions.values import plain
from interpreter.json_value import Json

_EXPRESSIONS_KEPT = 4096
_LONG_TEXT = 256
_TREES_KEPT = 512
_LONG_TREES_KEPT = 32
"""A tree takes about two hundred times its text, so long ones are kept by the dozen only."""
_NO_BINDINGS: Mapping[str, Any] = {}


class Expression:
    """What is known about an expression's text; its tree lives in a bounded cache of its own."""

    __slots__ = ("cheap", "complaints", "fast", "patterns", "references", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.references: tuple[Reference, ...] = ()
        self.complaints: tuple[Complaint, ...] = ()
        self.patterns: tuple[tuple[str, int], ...] = ()
        self.cheap = True
        self.fast: Fast | None = None
        try:
            tree = parse(text)
        except InvalidSyntax as invalid:
            self.complaints = (Complaint(invalid.message, invalid.position, invalid.hint),)
            return
        analysis = Analysis(tree, builtin_functions())
        self.references = tuple(analysis.references)
        self.complaints = tuple(analysis.complaints)
        self.patterns = tuple(analysis.patterns)
        self.cheap = analysis.cheap
        if not self.complaints:
            self.fast = fast_path(tree, analysis.strict, text)

    def value(self, scope: Mapping[str, Json], meter: Meter) -> Any:
        """The value in the evaluation's own types; only `ExpressionFailure` is raised."""
        if self.fast is not None:
            try:
                return self.fast(scope, meter)
            except NeedsEvaluation:
                pass
            except ExpressionFailure:
                raise
            except Exception as error:
                raise translate(error) from None
        return self.value_in_full(scope, meter)

    def value_in_full(self, scope: Mapping[str, Json], meter: Meter) -> Any:
        """The same without the fast path."""
        tree, strict = _tree(self.text)
        root = scope if isinstance(scope, dict) else dict(scope)
        return _evaluate(tree, self.text, root, _NO_BINDINGS, meter, strict)


def _tree(text: str) -> tuple[Node, Strict]:
    return _short_tree(text) if len(text) <= _LONG_TEXT else _long_tree(text)


@lru_cache(maxsize=_TREES_KEPT)
def _short_tree(text: str) -> tuple[Node, Strict]:
    tree = parse(text)
    return tree, Analysis(tree, builtin_functions()).strict


@lru_cache(maxsize=_LONG_TREES_KEPT)
def _long_tree(text: str) -> tuple[Node, Strict]:
    tree = parse(text)
    return tree, Analysis(tree, builtin_functions()).strict


def _evaluate(tree: Node, text: str, scope: Json, bindings: Mapping[str, Any], meter: Meter, strict: Strict) -> Any:
    try:
        return Evaluation(meter, builtin_functions(), text, strict).run(tree, scope, bindings)
    except ExpressionFailure:
        raise
    except Exception as error:
        raise translate(error) from None


@lru_cache(maxsize=_EXPRESSIONS_KEPT)
def expression_of(text: str) -> Expression:
    """The expression of a text, from a cache of the process that has no effect but speed."""
    return Expression(text)


class Undefined:
    """What `evaluate_expression` answers where the language has no value at all."""


def evaluate_expression(
    text: str, value: Any, bindings: Mapping[str, Any], meter: Meter, *, fast: bool = False
) -> Json | type[Undefined]:
    """The bare language on any value (`Undefined` for none): no roots, no strictness. For conformance tests.

    Raises `InvalidSyntax` for a text that is no expression. With `fast` only the fast path is used;
    `LookupError` says that it does not apply.
    """
    tree = parse(text)
    result: Any
    try:
        if fast:
            result = _fast_value(tree, text, value, bindings, meter)
        else:
            result = _evaluate(tree, text, NOTHING if value is Undefined else value, bindings, meter, {})
        return Undefined if result is None else plain(result, meter)
    except (ExpressionFailure, LookupError):
        raise
    except Exception as error:
        raise translate(error) from None


def _fast_value(tree: Node, text: str, value: Json, bindings: Mapping[str, Any], meter: Meter) -> Any:
    compiled = fast_path(tree, {}, text)
    if compiled is None or not isinstance(value, dict) or bindings:
        raise LookupError("the fast path does not apply")
    try:
        return compiled(value, meter)
    except NeedsEvaluation:
        raise LookupError("the fast path does not apply") from None


__all__ = ["Expression", "InvalidSyntax", "Undefined", "evaluate_expression", "expression_of"]
