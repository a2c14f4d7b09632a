"""How a function becomes a node: by naming its node type."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from activities.kit.context import NodeContext
from interpreter.json_value import Json

NodeFunction = Callable[[Any, NodeContext], Awaitable[Json]]
_Function = TypeVar("_Function", bound=NodeFunction)
_MARK = "__holdfast_node_type__"


def node(type_id: str) -> Callable[[_Function], _Function]:
    """Marks `async def operation(config, ctx) -> output` as the implementation of a node type."""

    def mark(function: _Function) -> _Function:
        setattr(function, _MARK, type_id)
        return function

    return mark


@dataclass(frozen=True, slots=True)
class Implementation:
    """A node type's id and the function behind it."""

    type_id: str
    function: NodeFunction


def implementations_in(module: object) -> list[Implementation]:
    """The node functions of a module, in the order of their names."""
    return [
        Implementation(type_id, function)
        for _, function in sorted(vars(module).items())
        if (type_id := getattr(function, _MARK, None)) is not None
    ]
