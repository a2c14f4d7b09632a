"""The syntax tree as it is kept: a tenth of what the parser's own symbols take, and never changed."""

from typing import Any

_PLAIN = (
    "consarray", "descending", "focus", "index", "keep_array", "keep_singleton_array", "position", "signature", "thunk",
    "tuple", "type", "value",
)  # fmt: skip
_CHILD = (
    "_else", "ancestor", "body", "condition", "delete", "expr", "expression", "group", "lhs", "pattern", "procedure",
    "rhs", "slot", "then", "update",
)  # fmt: skip
_CHILDREN = ("arguments", "expressions", "predicate", "stages", "steps", "terms")


class Node:
    """One node; which fields it has depends on its `type`, the others are None."""

    __slots__ = (*_PLAIN, *_CHILD, *_CHILDREN, "label", "lhs_object", "seeks_parent")

    type: str
    value: Any
    position: int
    thunk: bool
    consarray: bool
    descending: bool
    keep_array: bool
    keep_singleton_array: bool
    focus: str | None
    index: str | None
    tuple: bool | None
    signature: Any
    label: str | None
    seeks_parent: bool
    _else: Any
    ancestor: Any
    body: Any
    condition: Any
    delete: Any
    expr: Any
    expression: Any
    group: Any
    lhs: Any
    pattern: Any
    procedure: Any
    rhs: Any
    slot: Any
    then: Any
    update: Any
    arguments: Any
    expressions: Any
    predicate: Any
    stages: Any
    steps: Any
    terms: Any
    lhs_object: Any


def compact(symbol: Any, known: dict[int, Node] | None = None) -> Node:
    """The tree of a parser's symbol. Call it when parsing has ended: the parser goes on changing symbols."""
    known = {} if known is None else known
    node = known.get(id(symbol))
    if node is not None:
        return node
    node = known[id(symbol)] = Node()
    for name in _PLAIN:
        setattr(node, name, getattr(symbol, name))
    for name in _CHILD:
        child = getattr(symbol, name)
        setattr(node, name, None if child is None else compact(child, known))
    for name in _CHILDREN:
        children = getattr(symbol, name)
        setattr(node, name, None if children is None else [compact(child, known) for child in children])
    pairs = symbol.lhs_object
    node.lhs_object = None if pairs is None else [(compact(a, known), compact(b, known)) for a, b in pairs]
    node.label = symbol.label
    node.seeks_parent = symbol.seeking_parent is not None
    return node
