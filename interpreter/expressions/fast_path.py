"""Plain expressions as closures that never enter the full evaluation, with the same values and failures.

Where a path meets an array the language maps over it; then `NeedsEvaluation` sends the whole
expression to the full evaluation.
"""

from collections.abc import Callable
from typing import Any

from interpreter.expressions.meter import Meter
from interpreter.expressions.operators import OPERATORS, negate
from interpreter.expressions.references import Strict, missing
from interpreter.expressions.syntax import COALESCE, ELVIS
from interpreter.expressions.tree import Node
from interpreter.expressions.values import NULL, null_of, truth

Fast = Callable[[Any, Meter], Any]
"""(scope, meter) -> a value of the evaluation's own types."""


class NeedsEvaluation(Exception):
    """The values are not plain enough for the fast path."""


def fast_path(tree: Node, strict: Strict, text: str) -> Fast | None:
    """The closure of a tree; None where the tree has more than the fast path knows."""
    return _Compiler(strict, text).compile(tree)


class _Compiler:
    def __init__(self, strict: Strict, text: str) -> None:
        self.strict = strict
        self.text = text

    def compile(self, node: Node) -> Fast | None:
        if any(part is not None for part in (node.predicate, node.group, node.stages)) or node.keep_array:
            return None
        compile_kind = _KINDS.get(node.type)
        return None if compile_kind is None else compile_kind(self, node)

    def _literal(self, node: Node) -> Fast:
        value = null_of(node.value)
        return lambda scope, meter: value

    def _path(self, node: Node) -> Fast | None:
        if node.keep_singleton_array or node.seeks_parent:
            return None
        for step in node.steps:
            extras = (step.stages, step.predicate, step.group, step.focus, step.index, step.ancestor, step.tuple)
            if step.type != "name" or step.keep_array or any(extra is not None for extra in extras):
                return None
        names = tuple(str(step.value) for step in node.steps)
        return _strict_path(names, self.text) if id(node) in self.strict else _relaxed_path(names)

    def _binary(self, node: Node) -> Fast | None:
        lhs, rhs = self.compile(node.lhs), self.compile(node.rhs)
        if lhs is None or rhs is None:
            return None
        if node.value in ("and", "or"):
            return _logic(lhs, rhs, node.value == "or")
        operator = OPERATORS.get(node.value)
        if operator is None or node.value in ("..", "in"):
            return None
        return lambda scope, meter: operator(lhs(scope, meter), rhs(scope, meter), meter)

    def _unary(self, node: Node) -> Fast | None:
        inner = self.compile(node.expression) if node.value == "-" else None
        return None if inner is None else lambda scope, meter: negate(inner(scope, meter))

    def _condition(self, node: Node) -> Fast | None:
        condition = self.compile(node.condition)
        then = self.compile(node.then) if node.then is not None else _nothing
        otherwise = self.compile(node._else) if node._else is not None else _nothing
        if condition is None or then is None or otherwise is None:
            return None
        if node.value == COALESCE:
            return _coalesce(condition, otherwise)
        return _elvis(condition, otherwise) if node.value == ELVIS else _choice(condition, then, otherwise)

    def _block(self, node: Node) -> Fast | None:
        return self.compile(node.expressions[0]) if len(node.expressions) == 1 and not node.consarray else None


_KINDS: dict[str, Callable[[_Compiler, Node], Fast | None]] = {
    "string": _Compiler._literal,
    "number": _Compiler._literal,
    "value": _Compiler._literal,
    "path": _Compiler._path,
    "binary": _Compiler._binary,
    "unary": _Compiler._unary,
    "condition": _Compiler._condition,
    "block": _Compiler._block,
}


def _nothing(scope: Any, meter: Meter) -> Any:
    return None


def _strict_path(names: tuple[str, ...], text: str) -> Fast:
    def read(scope: Any, meter: Meter) -> Any:
        meter.spent += 1
        if meter.spent > meter.steps:
            raise meter.out_of_steps()
        value = scope
        try:
            for name in names:
                value = value[name]
        except (KeyError, TypeError):
            return _explain(names, scope, text)
        return NULL if value is None else value

    return read


def _explain(names: tuple[str, ...], scope: Any, text: str) -> Any:
    value = scope
    for place, name in enumerate(names):
        if isinstance(value, list):
            raise NeedsEvaluation
        if not isinstance(value, dict) or name not in value:
            raise missing(names, place, value, text)
        value = value[name]
    return null_of(value)


def _relaxed_path(names: tuple[str, ...]) -> Fast:
    def read(scope: Any, meter: Meter) -> Any:
        meter.step()
        value = scope
        for name in names:
            if isinstance(value, list):
                raise NeedsEvaluation
            if not isinstance(value, dict) or name not in value:
                return None
            value = value[name]
        return NULL if value is None else value

    return read


def _logic(lhs: Fast, rhs: Fast, either: bool) -> Fast:
    def decide(scope: Any, meter: Meter) -> Any:
        left = truth(lhs(scope, meter), meter)
        return left if left is either else truth(rhs(scope, meter), meter)

    return decide


def _coalesce(condition: Fast, otherwise: Fast) -> Fast:
    def choose(scope: Any, meter: Meter) -> Any:
        value = condition(scope, meter)
        return otherwise(scope, meter) if value is None else value

    return choose


def _elvis(condition: Fast, otherwise: Fast) -> Fast:
    def choose(scope: Any, meter: Meter) -> Any:
        value = condition(scope, meter)
        return value if truth(value, meter) else otherwise(scope, meter)

    return choose


def _choice(condition: Fast, then: Fast, otherwise: Fast) -> Fast:
    def choose(scope: Any, meter: Meter) -> Any:
        return then(scope, meter) if truth(condition(scope, meter), meter) else otherwise(scope, meter)

    return choose
