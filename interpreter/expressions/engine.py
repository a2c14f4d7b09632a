"""What the parts of the evaluation share: variables, functions as values, and the way back into `eval`."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from interpreter.expressions.meter import Meter
from interpreter.expressions.regex import Regex
from interpreter.expressions.signature import CallSignature
from interpreter.expressions.tree import Node

_UNBOUND = object()


class Frame:
    """The variables of one scope."""

    __slots__ = ("bindings", "parent")

    def __init__(self, parent: "Frame | None", bindings: dict[str, Any] | None = None) -> None:
        self.parent = parent
        self.bindings: dict[str, Any] = {} if bindings is None else bindings

    def bind(self, name: str, value: Any) -> None:
        self.bindings[name] = value

    def lookup(self, name: str) -> Any:
        frame: Frame | None = self
        while frame is not None:
            value = frame.bindings.get(name, _UNBOUND)
            if value is not _UNBOUND:
                return value
            frame = frame.parent
        return None


class Closure:
    """A lambda as a value; a thunk is the tail call of one, still to be made."""

    __slots__ = ("arguments", "body", "context", "environment", "signature", "thunk")

    def __init__(self, node: Node, context: Any, environment: Frame) -> None:
        self.arguments: list[Node] = node.arguments
        self.body: Node = node.body
        self.signature: CallSignature | None = node.signature
        self.thunk: bool = node.thunk
        self.context = context
        self.environment = environment


class Callable1:
    """A function of one argument that the evaluation itself makes (a transformation, the next match)."""

    __slots__ = ("run",)

    def __init__(self, run: Callable[[Any], Any]) -> None:
        self.run = run


class Builtin:
    """A function of the language."""

    __slots__ = ("arity", "name", "parameters", "run", "signature")

    def __init__(self, name: str, signature: str, run: Callable[..., Any]) -> None:
        self.name = name
        self.signature = CallSignature(signature, name)
        self.arity: int = self.signature.get_min_number_of_args()
        self.parameters: int = self.signature.get_number_of_args()
        self.run = run


def is_function(value: Any) -> bool:
    """Whether a value can be called."""
    return isinstance(value, (Closure, Builtin, Callable1, Regex))


class Engine(ABC):
    """One evaluation: made for one tree and thrown away, so that threads share nothing."""

    meter: Meter
    environment: Frame

    @abstractmethod
    def eval(self, expr: Node, input: Any, environment: Frame) -> Any:
        """The value of a tree in a context."""

    @abstractmethod
    def apply(self, function: Any, args: list[Any], context: Any) -> Any:
        """The value of a call."""
