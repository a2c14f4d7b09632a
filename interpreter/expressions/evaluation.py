"""The full evaluation of a syntax tree, with every step and every growing value charged.

The library parses; the evaluation is ours, since the library's own budget callbacks are variables
of the expression, which an expression can bind to something else, and since its functions build
their results before anybody can count them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jsonata.utils import Utils

from interpreter.expressions.calls import Calls
from interpreter.expressions.engine import Closure, Frame, is_function
from interpreter.expressions.errors import EvaluationError, OperandError
from interpreter.expressions.meter import Meter
from interpreter.expressions.operators import OPERATORS, negate
from interpreter.expressions.references import Strict, require
from interpreter.expressions.regex import Regex
from interpreter.expressions.sequences import Sequences, look_up
from interpreter.expressions.syntax import COALESCE, ELVIS
from interpreter.expressions.tree import Node
from interpreter.expressions.values import POINTER_BYTES, null_of, truth

JList = Utils.JList
NOTHING: Any = object()
"""No input at all, which is not null."""


class Evaluation(Sequences, Calls):
    """One evaluation of one tree."""

    def __init__(self, meter: Meter, functions: Frame, text: str, strict: Strict) -> None:
        self.meter = meter
        self.text = text
        self.strict = strict
        self.level = 0
        self.root: Any = None
        self.environment = Frame(functions)

    def run(self, tree: Node, value: Any, bindings: Mapping[str, Any]) -> Any:
        """The value of a tree, still in the evaluation's own types."""
        self.root = None if value is NOTHING else null_of(value)
        value = self.root
        frame = self.environment
        for name, bound in bindings.items():
            frame.bind(name, null_of(bound))
        frame.bind("$", value)
        if isinstance(value, list):
            value = JList([value])
            value.sequence = value.outer_wrapper = True
        return self.eval(tree, value, frame)

    def eval(self, expr: Node, input: Any, environment: Frame) -> Any:
        meter = self.meter
        meter.spent += 1
        if meter.spent > meter.steps:
            raise meter.out_of_steps()
        self.level += 1
        if self.level > meter.depth:
            raise meter.too_deep()
        visit = _VISITS.get(expr.type)
        result = visit(self, expr, input, environment) if visit is not None else None
        if expr.predicate is not None:
            for predicate in expr.predicate:
                result = self.filter(predicate.expr, result, environment)
        if expr.group is not None and expr.type != "path":
            result = self.group(expr.group, result, environment)
        self.level -= 1
        if isinstance(result, JList) and result.sequence and not result.tuple_stream:
            if expr.keep_array:
                result.keep_singleton = True
            if not result:
                return None
            if len(result) == 1 and not result.keep_singleton:
                return null_of(result[0])
        return result

    def _path(self, expr: Node, context: Any, environment: Frame) -> Any:
        strict = self.strict.get(id(expr))
        if strict is not None:
            require(strict, self.root, self.text)
        return self.walk_path(expr, context, environment)

    def _name(self, expr: Node, context: Any, environment: Frame) -> Any:
        return look_up(context, expr.value, self.meter)

    def _binary(self, expr: Node, context: Any, environment: Frame) -> Any:
        lhs = self.eval(expr.lhs, context, environment)
        symbol = expr.value
        if symbol == "and":
            return truth(lhs, self.meter) and truth(self.eval(expr.rhs, context, environment), self.meter)
        if symbol == "or":
            return truth(lhs, self.meter) or truth(self.eval(expr.rhs, context, environment), self.meter)
        operator = OPERATORS.get(symbol)
        if operator is None:
            raise EvaluationError(f"there is no operator {symbol}", code="S0204")
        return operator(lhs, self.eval(expr.rhs, context, environment), self.meter)

    def _unary(self, expr: Node, context: Any, environment: Frame) -> Any:
        if expr.value == "-":
            return negate(self.eval(expr.expression, context, environment))
        if expr.value == "{":
            return self.group(expr, context, environment)
        result = JList()
        for item in expr.expressions:
            value = self.eval(item, context, environment)
            if value is None:
                continue
            if item.value == "[" or not isinstance(value, list):
                self.meter.grow(POINTER_BYTES)
                result.append(value)
            else:
                self.meter.grow(POINTER_BYTES * len(value))
                result.extend(value)
        result.cons = expr.consarray
        return result

    def _literal(self, expr: Node, context: Any, environment: Frame) -> Any:
        return null_of(expr.value)

    def _variable(self, expr: Node, context: Any, environment: Frame) -> Any:
        if expr.value == "":
            return null_of(context[0]) if isinstance(context, JList) and context.outer_wrapper else context
        return environment.lookup(expr.value)

    def _parent(self, expr: Node, context: Any, environment: Frame) -> Any:
        return environment.lookup(expr.slot.label)

    def _condition(self, expr: Node, context: Any, environment: Frame) -> Any:
        condition = self.eval(expr.condition, context, environment)
        chosen = condition is not None if expr.value == COALESCE else truth(condition, self.meter)
        if chosen:
            return condition if expr.value in (COALESCE, ELVIS) else self.eval(expr.then, context, environment)
        return None if expr._else is None else self.eval(expr._else, context, environment)

    def _block(self, expr: Node, context: Any, environment: Frame) -> Any:
        result = None
        frame = Frame(environment)
        for part in expr.expressions:
            result = self.eval(part, context, frame)
        return result

    def _bind(self, expr: Node, context: Any, environment: Frame) -> Any:
        value = self.eval(expr.rhs, context, environment)
        environment.bind(expr.lhs.value, value)
        return value

    def _regex(self, expr: Node, context: Any, environment: Frame) -> Any:
        return Regex.of(expr.value, self.meter)

    def _lambda(self, expr: Node, context: Any, environment: Frame) -> Any:
        return Closure(expr, context, environment)

    def _transform(self, expr: Node, context: Any, environment: Frame) -> Any:
        return self.transformation(expr, environment)

    def _function(self, expr: Node, context: Any, environment: Frame) -> Any:
        return self.call_node(expr, context, environment)

    def _partial(self, expr: Node, context: Any, environment: Frame) -> Any:
        return self.partial_node(expr, context, environment)

    def _apply(self, expr: Node, context: Any, environment: Frame) -> Any:
        lhs = self.eval(expr.lhs, context, environment)
        if expr.rhs.type == "function":
            return self.call_node(expr.rhs, context, environment, lhs)
        function = self.eval(expr.rhs, context, environment)
        if not is_function(function):
            raise OperandError("the right side of ~> is not a function", code="T2006")
        return self.chain(lhs, function) if is_function(lhs) else self.apply(function, [lhs], None)


Visit = Callable[[Evaluation, Node, Any, Frame], Any]

_VISITS: dict[str, Visit] = {
    "path": Evaluation._path,
    "binary": Evaluation._binary,
    "unary": Evaluation._unary,
    "name": Evaluation._name,
    "string": Evaluation._literal,
    "number": Evaluation._literal,
    "value": Evaluation._literal,
    "wildcard": Evaluation._wildcard,
    "descendant": Evaluation._descendants,
    "parent": Evaluation._parent,
    "condition": Evaluation._condition,
    "block": Evaluation._block,
    "bind": Evaluation._bind,
    "regex": Evaluation._regex,
    "function": Evaluation._function,
    "variable": Evaluation._variable,
    "lambda": Evaluation._lambda,
    "partial": Evaluation._partial,
    "apply": Evaluation._apply,
    "transform": Evaluation._transform,
}
