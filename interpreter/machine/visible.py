"""What expressions see from a frame, and whether all of it is at hand inside the workflow."""

from collections.abc import Iterable

from interpreter.json_value import Json, JsonObject
from interpreter.large_value import extracted_of, holds_reference, is_reference, partial_of
from interpreter.machine.state import Frame, State
from interpreter.plan import Reads

_LOCALS = ("item", "index", "count", "carry")


class NotAtHand(Exception):
    """Something that the expression reads is kept elsewhere: an activity must evaluate it."""


def visible_output(frame: Frame, node_id: str) -> tuple[bool, Json]:
    """Whether `nodes.<id>` has a value from where the frame stands, and the value."""
    return _outward(frame, "nodes", node_id)


def scope_of(state: State, frame: Frame, reads: Reads, locals: JsonObject | None = None) -> JsonObject:
    """The roots that `reads` names, and of `nodes` and `errors` only the named ones; values may be references."""
    scope: JsonObject = {}
    for root in reads.roots:
        if root in ("nodes", "errors"):
            scope[root] = _all_visible(frame, root)
        elif root in _LOCALS:
            _add_local(scope, frame, root, locals)
        elif root in state.shared:
            scope[root] = state.shared[root]
    for root, names in (("nodes", reads.nodes), ("errors", reads.errors)):
        if names and root not in scope:
            found = ((name, _outward(frame, root, name)) for name in names)
            scope[root] = {name: value for name, (there, value) in found if there}
    return scope


def at_hand(frame: Frame, scope: JsonObject, paths: Iterable[tuple[str, str, tuple[str, ...]]]) -> JsonObject:
    """The scope with references replaced by their extracts.

    `paths` are the (root, name, path) that the expression reads. Raises `NotAtHand` where an extract does not do.
    """
    large = {name: None for one in frame.outward() for name in one.large}
    if not large:
        return scope
    changed: JsonObject = {}
    for root, value in scope.items():
        if root in large:
            # Of an item or a carry no extracts are known.
            raise NotAtHand
        if root != "nodes":
            continue
        for name, output in value.items():
            if f"nodes.{name}" in large:
                read = [path for of, node, path in paths if of == root and node == name]
                changed.setdefault(root, dict(value))[name] = _extracted(output, read)
    return {**scope, **changed} if changed else scope


def _extracted(value: Json, paths: list[tuple[str, ...]]) -> Json:
    if not paths:
        raise NotAtHand  # a whole root is read
    if is_reference(value):
        known = extracted_of(value)
        if any(path not in known for path in paths):
            raise NotAtHand
        return partial_of(value)
    if not isinstance(value, dict):
        raise NotAtHand
    inner = dict(value)
    for field, one in value.items():
        if holds_reference(one):
            if any(not path for path in paths):
                raise NotAtHand
            inner[field] = _extracted(one, [path[1:] for path in paths if path[0] == field])
    return inner


def _all_visible(frame: Frame, root: str) -> JsonObject:
    frames = list(frame.outward())
    merged: JsonObject = dict(frames[-1].outer.get(root, {}))
    for one in reversed(frames):
        merged.update(one.outputs if root == "nodes" else one.errors)
    return merged


def _outward(frame: Frame, root: str, name: str) -> tuple[bool, Json]:
    for one in frame.outward():
        own = one.outputs if root == "nodes" else one.errors
        if name in own:
            return True, own[name]
        # A node of this scope that gave nothing hides none further out: ids are unique in a definition.
    outside = one.outer.get(root, {})
    return name in outside, outside.get(name)


def _add_local(scope: JsonObject, frame: Frame, root: str, locals: JsonObject | None) -> None:
    if locals is not None and root in locals:
        scope[root] = locals[root]
        return
    for one in frame.outward():
        if root in one.locals:
            scope[root] = one.locals[root]
            return
    if root in one.outer:
        scope[root] = one.outer[root]
