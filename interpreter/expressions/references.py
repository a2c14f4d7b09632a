"""What an expression reads: its references, which of them must exist, and whether it is cheap."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interpreter.expressions.engine import Builtin, Frame
from interpreter.expressions.errors import MissingValue
from interpreter.expressions.functions import HIGHER_ORDER
from interpreter.expressions.syntax import COALESCE, ELVIS
from interpreter.expressions.tree import Node
from interpreter.json_value import Json

ROOTS = ("input", "nodes", "errors", "item", "index", "count", "carry", "vars", "run", "trigger", "config")
"""`config` is the rendered config of a node, in the expression of a mock only."""
MAX_LEVELS = 250
"""Levels of a syntax tree; the budget of an evaluation is a little above it."""
_COSTLY = frozenset({"lambda", "regex", "partial", "transform"})

Strict = Mapping[int, tuple[str, ...]]
"""The steps that must exist, for the paths (by the identity of their tree) that start at a root."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A path that starts at a root, up to its first step that is not a plain name."""

    root: str
    name: str | None
    """The node's id for `nodes` and `errors`, the first field for the other roots."""
    path: tuple[str, ...]
    """The steps behind the name."""
    relaxed: bool
    """It may be missing: under `$exists`, or on the left of `??` or `?:`."""
    pointer: str = ""
    """Where in the template the expression stands."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something in an expression that can't work."""

    message: str
    position: int
    hint: str | None = None


class Analysis:
    """What can be known about an expression from its tree alone."""

    __slots__ = ("_bound", "_functions", "cheap", "complaints", "patterns", "references", "strict")

    def __init__(self, tree: Node, functions: Frame) -> None:
        self.references: list[Reference] = []
        self.complaints: list[Complaint] = []
        self.patterns: list[tuple[str, int]] = []
        self.strict: dict[int, tuple[str, ...]] = {}
        self.cheap = True
        self._functions = functions
        self._bound = set(_bound_names(tree))
        self._walk(tree, top=True, relaxed=False, level=0)

    def _complain(self, message: str, node: Node, hint: str | None = None) -> None:
        # The tokenizer notes where a token ends.
        length = {"name": len(str(node.value)), "variable": len(str(node.value)) + 1}.get(node.type, 0)
        self.complaints.append(Complaint(message, max(0, int(node.position or 0) - length), hint))

    def _walk(self, node: Node, top: bool, relaxed: bool, level: int) -> None:
        """`top` is where the context is still the whole scope, so that a name is a root."""
        if node is None:
            return
        if level > MAX_LEVELS:
            if not self.complaints:
                self._complain("the expression nests too deep", node, "split it over several core.set nodes")
            return
        kind = node.type
        if kind in _COSTLY:
            self.cheap = False
        if kind == "path":
            self._path(node, top, relaxed, level)
        elif kind in ("wildcard", "descendant") and top:
            self._complain("a wildcard needs a root before it", node, f"begin with one of {', '.join(ROOTS)}")
        elif kind == "variable":
            self._variable(node, top)
        elif kind == "function" or kind == "partial":
            self._call(node, top, relaxed, level, 0)
        elif kind == "apply":
            self._apply(node, top, relaxed, level)
        elif kind == "condition":
            left = relaxed or node.value in (COALESCE, ELVIS)
            self._walk(node.condition, top, left, level + 1)
            self._walk(node.then, top, relaxed, level + 1)
            self._walk(node._else, top, relaxed, level + 1)
        elif kind == "regex":
            self.patterns.append((node.value.pattern, int(node.position or 0)))
        elif kind == "transform":
            for part in (node.pattern, node.update, node.delete):
                self._walk(part, False, relaxed, level + 1)
        else:
            for part in _parts(node):
                self._walk(part, top, relaxed, level + 1)
        self._walk_behind(node, relaxed, level)

    def _walk_behind(self, node: Node, relaxed: bool, level: int) -> None:
        """Predicates, stages and groupings: their context is what stands left of them."""
        for stage in (*(node.predicate or ()), *(node.stages or ())):
            if stage.type == "filter":
                self._walk(stage.expr, False, relaxed, level + 1)
        if node.group is not None:
            for pair in node.group.lhs_object:
                for part in pair:
                    self._walk(part, False, relaxed, level + 1)

    def _path(self, node: Node, top: bool, relaxed: bool, level: int) -> None:
        first = node.steps[0]
        start = 0
        if first.type == "variable" and _is_plain(first) and len(node.steps) > 1 and _is_scope(first, top):
            start = 1
        if start or (top and first.type == "name"):
            self._root(node, start, relaxed)
        else:
            self._walk(first, top, relaxed, level + 1)
        for place, step in enumerate(node.steps):
            if place > start and step.type == "variable" and step.value == "$" and node.steps[place + 1 :]:
                self._root(node, place + 1, relaxed, strict=False)
                self._walk_behind(step, relaxed, level)
            elif place > start or (place == start and step.type == "name"):
                self._step(step, place > start, relaxed, level)

    def _step(self, step: Node, later: bool, relaxed: bool, level: int) -> None:
        if step.type == "sort":
            for term in step.terms:
                self._walk(term.expression, False, relaxed, level + 1)
            self._walk_behind(step, relaxed, level)
        elif step.type == "name":
            self._walk_behind(step, relaxed, level)
        elif later:
            self._walk(step, False, relaxed, level + 1)

    def _root(self, node: Node, start: int, relaxed: bool, strict: bool = True) -> None:
        names = []
        for step in node.steps[start:]:
            if step.type != "name":
                break
            names.append(str(step.value))
            if not _is_plain(step):
                break
        first = node.steps[start]
        if first.ancestor is not None or not names:
            self._complain("the expression reads the whole scope", first, f"name one of {', '.join(ROOTS)}")
            return
        root = names[0]
        if root not in ROOTS:
            hint = f"did you mean ${root}?" if self._functions.lookup(root) else f"it is one of {', '.join(ROOTS)}"
            self._complain(f'"{root[:100]}" is not something an expression can read', first, hint)
            return
        self.references.append(Reference(root, names[1] if len(names) > 1 else None, tuple(names[2:]), relaxed))
        if strict and not relaxed:
            self.strict[id(node)] = tuple(names)

    def _variable(self, node: Node, top: bool) -> None:
        name = str(node.value)
        if _is_scope(node, top):
            self._complain("the expression reads the whole scope", node, f"name one of {', '.join(ROOTS)}")
        elif name in self._bound or name == "":
            return
        elif name == "eval":
            self._complain("$eval is not available", node, "an expression can't make another one")
        elif self._functions.lookup(name) is None:
            self._complain(f"there is no variable or function ${name[:100]}", node)
        else:
            # A function that is handed on can be called by anybody.
            self.cheap = False

    def _call(self, node: Node, top: bool, relaxed: bool, level: int, given: int) -> None:
        procedure = node.procedure
        function = self._called(procedure)
        if function is not None:
            self.cheap = self.cheap and function.name not in HIGHER_ORDER
            if top and node.type == "function" and given + len(node.arguments) < function.signature.required:
                self._complain(f"${function.name} needs an argument here", node)
            relaxed = relaxed or function.name == "exists"
        else:
            self.cheap = False
            self._walk(procedure, top, relaxed, level + 1)
        for argument in node.arguments:
            self._walk(argument, top, relaxed, level + 1)

    def _called(self, procedure: Node) -> Builtin | None:
        """The function that a name calls, where that is certain."""
        if procedure.type != "variable" or procedure.value in self._bound or procedure.value == "eval":
            return None
        if procedure.predicate is not None or procedure.group is not None:
            return None
        found = self._functions.lookup(str(procedure.value))
        return found if isinstance(found, Builtin) else None

    def _apply(self, node: Node, top: bool, relaxed: bool, level: int) -> None:
        called = node.rhs.procedure if node.rhs.type == "function" else node.rhs
        function = self._called(called)
        exists = function is not None and function.name == "exists"
        self._walk(node.lhs, top, relaxed or exists, level + 1)
        if node.rhs.type == "function":
            self._call(node.rhs, top, relaxed, level + 1, 1)
            self._walk_behind(node.rhs, relaxed, level)
        elif function is not None:
            self.cheap = self.cheap and function.name not in HIGHER_ORDER
        else:
            self.cheap = False
            self._walk(node.rhs, top, relaxed, level + 1)


def _is_scope(node: Node, top: bool) -> bool:
    return node.value == "$" or (node.value == "" and top)


def _is_plain(step: Node) -> bool:
    """Whether the next step goes on from this one's value, all of it."""
    return all(part is None for part in (step.stages, step.predicate, step.group, step.focus, step.index))


def _parts(node: Node) -> Iterator[Node]:
    """The parts of a node that are evaluated in the node's own context."""
    for part in (node.lhs, node.rhs, node.expression, node.body):
        if part is not None:
            yield part
    yield from node.expressions or ()
    for pair in node.lhs_object or ():
        yield from pair


def _bound_names(tree: Node) -> Iterator[str]:
    """Every name that an expression binds anywhere."""
    open_nodes = [tree]
    while open_nodes:
        node = open_nodes.pop()
        if node is None:
            continue
        if node.type == "bind":
            yield str(node.lhs.value)
        if node.type == "lambda":
            yield from (str(parameter.value) for parameter in node.arguments)
        else:
            open_nodes += node.arguments or ()
        yield from (str(name) for name in (node.focus, node.index) if isinstance(name, str))
        for stage in (*(node.predicate or ()), *(node.stages or ())):
            if stage.type == "index":
                yield str(stage.value)
            open_nodes.append(stage.expr)
        open_nodes += _parts(node)
        open_nodes += node.steps or ()
        open_nodes += (term.expression for term in node.terms or ())
        open_nodes += (node.condition, node.then, node._else, node.pattern, node.update, node.delete, node.procedure)
        if node.group is not None:
            open_nodes += (part for pair in node.group.lhs_object for part in pair)


def require(names: tuple[str, ...], scope: Json, text: str) -> None:
    """Raises `MissingValue` unless the steps exist, up to the first into an array."""
    value = scope
    for place, name in enumerate(names):
        if isinstance(value, list):
            return
        if not isinstance(value, dict) or name not in value:
            raise missing(names, place, value, text)
        value = value[name]


def missing(names: tuple[str, ...], place: int, value: Any, text: str) -> MissingValue:
    """The failure of a path that broke off at a step."""
    whole = ".".join(names)
    done = ".".join(names[:place])
    if place == 0:
        why = f'there is no "{names[0]}" here'
    elif place == 1 and names[0] == "nodes":
        why = f'the node "{names[1]}" has no output'
    elif place == 1 and names[0] == "errors":
        why = f'the node "{names[1]}" has not failed'
    elif isinstance(value, dict):
        why = f'{done} has no field "{names[place]}"'
    else:
        kind = "null" if value is None else {bool: "a boolean", str: "a text"}.get(type(value), "a number")
        why = f'{done} is {kind} and has no field "{names[place]}"'
    failure = MissingValue(f"{whole}: {why}"[:500], "write $exists(…) or ?? where it may be missing", code=None)
    failure.details = {"expression": text.strip(), "reference": whole, "step": names[place]}
    return failure
