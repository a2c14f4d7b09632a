"""Decides for every recorded instance whether a rerun takes its end over.

An instance is reused if nothing upstream of it, by edge or by reference, runs anew. What runs anew by itself: what
the wish names, what has no end that could be taken over, and what the definition or the input has changed. From
there it spreads: along edges and references, into a container that runs anew as a whole, to the later rounds of a
loop, and from inside of a container to the container.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from interpreter.graph import Graph
from interpreter.plan import Plan, PlannedNode
from interpreter.reuse.places import INDEXED, MAP, containers_around
from interpreter.reuse.recorded import (
    FAILED,
    FAILED_ITEMS,
    START,
    Outlook,
    Path,
    ReasonCode,
    Recorded,
    Verdict,
    Wish,
    key_of,
    place_in,
)

_NEVER = ("core.fail@", "core.stop@", "core.finally@")
_OF_THE_WHOLE = ("concurrency", "tolerated_failures", "item_output", "max_iterations", "delay", "while", "until")
"""Fields of a container that change what becomes of its frames, and nothing in a frame."""
_Why = tuple[ReasonCode, str]
"""Why an instance runs anew."""


def choose_reuse(before: Plan, plan: Plan, recorded: Mapping[str, Recorded], wish: Wish) -> Outlook:
    """What a rerun that follows `plan` takes over from a run that followed `before`."""
    return _Choice(before, plan, recorded, wish).outlook()


class _Choice:
    def __init__(self, before: Plan, plan: Plan, recorded: Mapping[str, Recorded], wish: Wish) -> None:
        self._plan = plan
        self._recorded = recorded
        self._wish = wish
        self._changed = {} if before.hash == plan.hash else changed_nodes(before, plan)
        self._orders: dict[int | None, list[PlannedNode]] = {}
        self._frames = self._recorded_frames()
        self._failed_items = self._items_with_failures() if wish.origin == FAILED_ITEMS else {}
        self._anew: dict[str, _Why] = {}
        """Instances that run anew, those that are edited among them: what depends on them does too."""
        self._verdicts: list[Verdict] = []
        self._offered: list[str] = []
        self._by_item: list[str] = []

    def outlook(self) -> Outlook:
        self._scope(None, (), None)
        self._tell_of_what_is_gone()
        order = {node.id: node.index for node in self._plan.nodes}
        offered = sorted(self._offered, key=lambda key: _sorted_by(order, key))
        verdicts = sorted(self._verdicts, key=lambda one: _sorted_by(order, one.key))
        return Outlook(tuple(verdicts), tuple(offered), tuple(self._by_item))

    # what is there

    def _recorded_frames(self) -> dict[tuple[int, Path], list[int]]:
        """By container and its path the numbers of the frames of which something is recorded."""
        found: dict[tuple[int, Path], dict[int, None]] = defaultdict(dict)
        for key in self._recorded:
            for around in containers_around(self._plan, key):
                found[around.container.index, place_in(around.key)[1]][around.number] = None
        return {place: sorted(numbers) for place, numbers in found.items()}

    def _items_with_failures(self) -> dict[tuple[str, int], None]:
        """Items of maps in which something failed for good or was cancelled: the map's key and the item's index."""
        found: dict[tuple[str, int], None] = {}
        for key, one in self._recorded.items():
            if one.status == "cancelled" or (one.status == "failed" and one.port is None):
                found.update(dict.fromkeys(self._items_around(key)))
        return found

    def _items_around(self, key: str) -> Iterator[tuple[str, int]]:
        for around in containers_around(self._plan, key):
            if around.container.type.startswith(MAP):
                yield around.key, around.number

    # one frame

    def _scope(self, owner: PlannedNode | None, path: Path, around: _Why | None) -> bool:
        """Decides on the instances of a frame; whether anything in it, its finally not counted, runs anew."""
        anew = False
        for node in self._in_order(owner):
            key = key_of(node.id, path)
            why = around or self._hard_reason(node, key) or self._upstream(node, path)
            mark = len(self._verdicts), len(self._offered)
            if node.container:
                why = self._container(node, key, path, why)
            why = why or self._soft_reason(node, key)
            runs_anew = self._decide(node, key, why)
            anew = anew or (runs_anew and not node.is_finally)
            if node.container and (not runs_anew or key in self._wish.overrides):
                self._take_whole(key, mark)
        return anew

    def _container(self, node: PlannedNode, key: str, path: Path, why: _Why | None) -> _Why | None:
        """Decides on what is inside; a container runs anew if anything in it does."""
        mark = len(self._verdicts)
        by_item = why is not None and key not in self._wish.overrides and self._is_by_item(node, why)
        if self._inside(node, path, None if by_item else why) and why is None:
            return "contains", "something in it runs anew"
        if by_item:
            self._by_item.append(key)
            self._verdicts[mark:] = [
                replace(one, code="by_item", reason="if its item is what it was") if one.code == "reused" else one
                for one in self._verdicts[mark:]
            ]
        return why

    def _take_whole(self, key: str, mark: tuple[int, int]) -> None:
        """Nothing in a container begins: neither its recorded ends nor those of its finally are needed."""
        told = self._verdicts[mark[0] :]
        del self._offered[mark[1] :]
        self._offered.append(key)
        self._verdicts[mark[0] :] = [
            one if one.key == key else Verdict(one.key, True, "inside", f"{key} is reused as a whole") for one in told
        ]

    def _inside(self, node: PlannedNode, path: Path, around: _Why | None) -> bool:
        indexed = node.type.startswith(INDEXED)
        anew = False
        for number in self._frames.get((node.index, path), []):
            if self._scope(node, (*path, number) if indexed else path, around):
                anew = True
                if indexed and not node.type.startswith(MAP):
                    around = around or ("earlier", f"round {number} of {node.id} runs anew")
        return anew

    def _is_by_item(self, node: PlannedNode, why: _Why) -> bool:
        """A map whose list may have changed is compared item by item, where failed items are wished for."""
        wished = (self._wish.origin == FAILED_ITEMS and why[0] in ("upstream", "input")) or why[0] == "definition"
        if not wished or not node.type.startswith(MAP):
            return False
        return not any("count" in self._plan.nodes[index].reads.roots for index in _all_inside(self._plan, node))

    # one instance

    def _hard_reason(self, node: PlannedNode, key: str) -> _Why | None:
        """Why it runs anew with all that is in it, whatever the others do."""
        if _never(node):
            return "never_reused", f"{node.type.partition('@')[0]} is never reused"
        if key not in self._recorded:
            return "not_recorded", "there is no record of it"
        code, change = self._changed.get(node.id, ("", ""))
        if code == "definition":
            return "definition", change
        if self._wish.input_changed and "input" in node.reads.roots:
            return "input", "it reads the input, which was changed"
        origin = self._wish.origin
        if origin == START:
            return "from_start", "everything is run again"
        return ("chosen", "the rerun begins here") if origin in (key, node.id) else None

    def _soft_reason(self, node: PlannedNode, key: str) -> _Why | None:
        """Why it runs anew itself, while what is inside of it may be reused."""
        code, change = self._changed.get(node.id, ("", ""))
        if code == "settings":
            return "settings", change
        one = self._recorded[key]
        if one.status not in ("succeeded", "failed", "skipped"):
            return "not_succeeded", "it was cancelled" if one.status == "cancelled" else "it had not ended"
        if one.status == "failed" and one.port is None:
            return "not_succeeded", "it has failed"
        origin = self._wish.origin
        told = _tells_failure(node, one)
        if origin == FAILED and (one.status == "failed" or told or self._was_skipped_by_a_person(node, key, one)):
            return "not_succeeded", "something in it has failed" if told else f"it has {one.status}"
        if origin != FAILED_ITEMS:
            return None
        if told and node.type.startswith(MAP):
            return "failed_item", "items of it have failed"
        in_failed_item = any(item in self._failed_items for item in self._items_around(key))
        return ("failed_item", "its item has failed") if one.status == "failed" and in_failed_item else None

    def _was_skipped_by_a_person(self, node: PlannedNode, key: str, one: Recorded) -> bool:
        """Skipped although its edges were taken."""
        if one.status != "skipped":
            return False
        if not node.incoming:
            return True
        _, path = place_in(key)
        ports = [self._recorded.get(key_of(self._plan.nodes[source].id, path)) for _, source in node.incoming]
        taken = sum(before is not None and before.port == port for before, (port, _) in zip(ports, node.incoming, strict=True))
        wanted = len(node.incoming) if node.join == "every" else node.join if isinstance(node.join, int) else 1
        return taken >= wanted

    def _upstream(self, node: PlannedNode, path: Path) -> _Why | None:
        """An instance before it, by edge or by reference, that runs anew."""
        for _, source in node.incoming:
            key = key_of(self._plan.nodes[source].id, path)
            if key in self._anew:
                return "upstream", f"{key} comes before it"
        for name in (*node.reads.nodes, *node.reads.errors):
            seen = self._visible(node, name, path)
            if seen is not None and seen in self._anew:
                return "upstream", f"it reads {seen}"
        return None

    def _visible(self, node: PlannedNode, name: str, path: Path) -> str | None:
        """The key of the instance that a name means, seen from a node; None for one inside of the node itself."""
        wanted = self._plan.index_by_id.get(name)
        if wanted is None:
            return None
        parent = node.parent
        while True:
            if self._plan.nodes[wanted].parent == parent:
                return key_of(name, path)
            if parent is None:
                return None
            path = path[:-1] if self._plan.nodes[parent].type.startswith(INDEXED) else path
            parent = self._plan.nodes[parent].parent

    def _decide(self, node: PlannedNode, key: str, why: _Why | None) -> bool:
        if key in self._wish.overrides:
            self._offered.append(key)
            self._anew[key] = "edited", "its output was edited"
            self._say(key, None, "edited", "its output was edited")
            return True
        if why is None:
            if self._recorded[key].status != "skipped" or self._was_skipped_by_a_person(node, key, self._recorded[key]):
                self._offered.append(key)
            self._say(key, None, "reused", "nothing before it runs anew")
            return False
        self._anew[key] = why
        self._say(key, why, *why)
        return True

    def _say(self, key: str, anew: _Why | None, code: ReasonCode, reason: str) -> None:
        if key in self._recorded or "#" not in key:
            self._verdicts.append(Verdict(key, anew is None, code, reason))

    def _tell_of_what_is_gone(self) -> None:
        gone = (key for key in self._recorded if place_in(key)[0] not in self._plan.index_by_id)
        self._verdicts += [Verdict(key, False, "definition", "it is not in this definition") for key in gone]

    # the order of a scope

    def _in_order(self, owner: PlannedNode | None) -> list[PlannedNode]:
        """The nodes of a scope, each behind those that come before it; its finally is the last."""
        place = None if owner is None else owner.index
        if place not in self._orders:
            inside = self._plan.roots if owner is None else owner.children
            number = {index: here for here, index in enumerate(inside)}
            edges = [
                (number[index], number[target]) for index in inside for _, target in self._plan.nodes[index].outgoing
            ]
            ordered = [self._plan.nodes[inside[here]] for here in Graph.of(len(inside), edges).order()]
            if owner is not None and owner.final is not None:
                ordered.append(self._plan.nodes[owner.final])
            self._orders[place] = ordered
        return self._orders[place]


def changed_nodes(before: Plan, plan: Plan) -> dict[str, _Why]:
    """Of the nodes of a plan those that do not do what they did before, each with what is different.

    `settings` are changes of a container that leave alone what each of its frames does.
    """
    found: dict[str, _Why] = {}
    for node in plan.nodes:
        index = before.index_by_id.get(node.id)
        if index is None:
            found[node.id] = "definition", "it is new in this definition"
            continue
        old = before.nodes[index]
        for name in ("type", "credential", "join", "disabled", "config", "on_error"):
            if getattr(old, name) != getattr(node, name):
                kept = node.container and (name == "on_error" or (name == "config" and _same_frames(old, node)))
                found[node.id] = "settings" if kept else "definition", f"its {name} has changed"
                break
        if found.get(node.id, ("",))[0] != "definition" and _surroundings(before, old) != _surroundings(plan, node):
            found[node.id] = "definition", "what leads to it has changed"
    return found


def _same_frames(old: PlannedNode, new: PlannedNode) -> bool:
    names = {*old.config, *new.config} - set(_OF_THE_WHOLE)
    return all(old.config.get(name) == new.config.get(name) for name in names)


def _surroundings(plan: Plan, node: PlannedNode) -> tuple[str | None, list[tuple[str, str]]]:
    parent = None if node.parent is None else plan.nodes[node.parent].id
    return parent, sorted((plan.nodes[source].id, port) for port, source in node.incoming)


def _tells_failure(node: PlannedNode, one: Recorded) -> bool:
    """A container that went on although something inside of it failed."""
    return node.container and one.failed_inside


def _never(node: PlannedNode) -> bool:
    return node.type.startswith(_NEVER)


def _all_inside(plan: Plan, container: PlannedNode) -> list[int]:
    inside = list(container.children)
    for index in inside:
        node = plan.nodes[index]
        inside += [*node.children, *([] if node.final is None else [node.final])]
    return inside


def _sorted_by(order: Mapping[str, int], key: str) -> tuple[int, Path]:
    node_id, path = place_in(key)
    return order.get(node_id, len(order)), path
