"""Calls of functions: built in, lambdas, partial application, tail calls and transformations."""

from functools import lru_cache
from typing import Any

from interpreter.expressions.engine import Builtin, Callable1, Closure, Engine, Frame
from interpreter.expressions.errors import EvaluationError, OperandError
from interpreter.expressions.functions.structure import clone
from interpreter.expressions.operators import kind_of
from interpreter.expressions.regex import Match, Regex
from interpreter.expressions.syntax import parse
from interpreter.expressions.tree import Node
from interpreter.expressions.values import null_of

NO_ARGUMENT: Any = object()
TAIL_CALL_STEPS = 200
"""Tail calls don't nest, so only steps end a loop of them: five thousand rounds in an activity."""
_CHAIN = "function($f, $g) { function($x){ $g($f($x)) } }"


class Calls(Engine):
    """The part of an evaluation that calls functions."""

    def call_node(self, expr: Node, context: Any, environment: Frame, first: Any = NO_ARGUMENT) -> Any:
        """Evaluates `f(a, b)`; `first` comes from the left of `~>`."""
        function = self.eval(expr.procedure, context, environment)
        if function is None and expr.procedure.type == "path":
            name = expr.procedure.steps[0].value
            if isinstance(name, str) and environment.lookup(name) is not None:
                raise OperandError(f"{name} is not a function", f"did you mean ${name}?", code="T1005")
        args = [] if first is NO_ARGUMENT else [first]
        args += [self.eval(argument, context, environment) for argument in expr.arguments]
        if function is None:
            raise OperandError(f"there is no function {_name_of(expr.procedure)}", code="T1006")
        return self.apply(function, args, context)

    def apply(self, function: Any, args: list[Any], context: Any) -> Any:
        result = self._apply_once(function, args, context)
        while result.__class__ is Closure and result.thunk:
            self.meter.step(TAIL_CALL_STEPS)
            body = result.body
            following = self.eval(body.procedure, result.context, result.environment)
            args = [self.eval(argument, result.context, result.environment) for argument in body.arguments]
            if following is None:
                raise OperandError(f"there is no function {_name_of(body.procedure)}", code="T1006")
            result = self._apply_once(following, args, result.context)
        return result

    def _apply_once(self, function: Any, args: list[Any], context: Any) -> Any:
        if function.__class__ is Builtin:
            return self._apply_builtin(function, args, context)
        if function.__class__ is Closure:
            if function.signature is not None:
                args = function.signature.validate(args, context)
            frame = Frame(function.environment)
            for parameter, value in zip(function.arguments, args, strict=False):
                frame.bind(parameter.value, value)
            return self.eval(function.body, function.context, frame)
        if function.__class__ is Regex:
            return self._next_match(function, args)
        if function.__class__ is Callable1:
            return function.run(args[0] if args else None)
        raise OperandError(f"{kind_of(function)} is not a function", code="T1006")

    def _apply_builtin(self, function: Builtin, args: list[Any], context: Any) -> Any:
        args = function.signature.validate(args, context)
        steps = 0
        for argument in args:
            if isinstance(argument, (str, list, dict)):
                steps += len(argument) >> 8
        if steps:
            self.meter.step(steps)
        return function.run(self, *args)

    def _next_match(self, function: Regex, args: list[Any]) -> Any:
        if not args or not isinstance(args[0], str):
            return None
        matches = function.matches(args[0])

        def following(_: Any = None) -> Any:
            match = next(matches, None)
            return None if match is None else {**match_object(match), "next": Callable1(following)}

        return following()

    def partial_node(self, expr: Node, context: Any, environment: Frame) -> Any:
        """Evaluates `f(a, ?)`: a function of the arguments that are left open."""
        args = [NO_ARGUMENT if _is_open(a) else self.eval(a, context, environment) for a in expr.arguments]
        function = self.eval(expr.procedure, context, environment)
        if function is None and expr.procedure.type == "path":
            name = expr.procedure.steps[0].value
            if isinstance(name, str) and environment.lookup(name) is not None:
                raise OperandError(f"{name} is not a function", f"did you mean ${name}?", code="T1007")
        if function.__class__ is Builtin:
            names = ", ".join(f"$a{place}" for place in range(min(len(args), function.parameters)))
            call = _own_tree(f"function({names}){{ $f({names}) }}")
            function = Closure(call, None, Frame(self.environment, {"f": function}))
        if function.__class__ is not Closure:
            raise OperandError(f"{_name_of(expr.procedure)} is not a function", code="T1008")
        frame = Frame(function.environment)
        left = Closure(expr, function.context, frame)
        left.body, left.signature, left.thunk = function.body, None, False
        left.arguments = []
        for place, parameter in enumerate(function.arguments):
            value = args[place] if place < len(args) else None
            if value is NO_ARGUMENT:
                left.arguments.append(parameter)
            else:
                frame.bind(parameter.value, value)
        return left

    def chain(self, first: Any, second: Any) -> Any:
        """`f ~> g`: a function that calls one after the other."""
        return self.apply(Closure(_own_tree(_CHAIN), None, self.environment), [first, second], None)

    def transformation(self, expr: Node, environment: Frame) -> Callable1:
        """Evaluates `|pattern|update,delete|`: a function that changes a copy of its argument."""

        def run(value: Any) -> Any:
            if value is None:
                return None
            if not isinstance(value, (dict, list)):
                raise OperandError(f"{kind_of(value)} can't be transformed", code="T0410")
            own: set[int] = set()
            result = clone(self, value, made=own)
            found = self.eval(expr.pattern, result, environment)
            if found is not None:
                for match in found if isinstance(found, list) else [found]:
                    self._change(expr, match, environment, own)
            return result

        return Callable1(run)

    def _change(self, expr: Node, match: Any, environment: Frame, own: set[int]) -> None:
        if isinstance(match, dict) and id(match) not in own:
            raise EvaluationError("a transformation can only change what it is applied to")
        update = self.eval(expr.update, null_of(match), environment)
        if update is not None:
            if not isinstance(update, dict):
                raise OperandError(f"a transformation updates by an object, not {kind_of(update)}", code="T2011")
            if isinstance(match, dict):
                match.update(update)
        if expr.delete is None:
            return
        deleted = self.eval(expr.delete, match, environment)
        if deleted is None:
            return
        names = deleted if isinstance(deleted, list) else [deleted]
        if not all(isinstance(name, str) for name in names):
            raise OperandError("a transformation deletes by a text or an array of texts", code="T2012")
        if isinstance(match, dict):
            for name in names:
                match.pop(name, None)


@lru_cache(maxsize=64)
def _own_tree(text: str) -> Node:
    return parse(text)


def match_object(match: Match) -> dict[str, Any]:
    """A match as the language shows it to a function."""
    return {"match": match.text, "start": match.start, "end": match.end, "groups": match.groups}


def _is_open(argument: Node) -> bool:
    return bool(argument.type == "operator" and argument.value == "?")


def _name_of(procedure: Node) -> str:
    if procedure.type == "variable":
        return f"${procedure.value}"
    if procedure.type == "path" and procedure.steps[0].type == "name":
        return str(procedure.steps[0].value)
    return "of this expression"
