"""Random definitions out of every construct, nested up to three deep, and what their activities answer."""

import random
from dataclasses import dataclass, field
from typing import Any

from tests.interpreter.machine.random_configs import Surroundings, random_config
from tests.interpreter.machine.reference import SERVICE

JOINS: tuple[str | int, ...] = ("all", "every", "any", 1, 2)
DEPTH = 3
_PLAIN = ("core.noop@1", "core.set@1", "core.if@1", "core.switch@1", "core.merge@1")
_WAITS = ("core.wait@1", "core.wait_for_event@1", "core.approval@1", "core.run_workflow@1")
_CONTAINERS = ("core.map@1", "core.loop@1", "core.try@1")
_ENDS = ("core.fail@1", "core.stop@1", "core.respond@1")
_DEADLINES = ("2s", "9s", "30s")


@dataclass(frozen=True)
class Case:
    """A definition, its input, and the answers of all activities."""

    seed: int
    definition: dict[str, Any]
    input: dict[str, Any]

    def outcome(self, key: str, attempt: int) -> dict[str, Any]:
        """What the activity of an instance answers at an attempt: the same for ever."""
        rng = random.Random(f"{self.seed}:{key}:{attempt}")
        if rng.random() < 0.2:
            return {"error": rng.choice(("HttpError", "Timeout", "AccessDenied")), "retryable": rng.random() < 0.8}
        return {"output": {"from": key, "n": rng.randint(0, 9), "list": list(range(rng.randint(0, 3)))}}


@dataclass
class _Sketch:
    """A definition that grows."""

    rng: random.Random
    most: int
    flat: bool
    nodes: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)

    def scope(self, parent: str | None, around: Surroundings, count: int) -> None:
        """Fills a scope with nodes, each with what lives in it, and wires them."""
        own: list[dict[str, Any]] = []
        for _ in range(count):
            if len(self.nodes) >= self.most:
                break
            node = self._node(parent, around)
            own.append(node)
            self._fill(node, around)
            around = around.after(node["id"])
        edges = self._edges(own)
        _mend(self.rng, own, edges)
        self.edges += edges

    def _node(self, parent: str | None, around: Surroundings) -> dict[str, Any]:
        kind = self._kind(around, is_first=not self.nodes)
        node: dict[str, Any] = {"id": f"n{len(self.nodes)}", "type": kind}
        node["config"] = random_config(self.rng, kind, around)
        if parent is not None:
            node["parent"] = parent
        if self.rng.random() < (0.6 if parent else 0.8):
            node["on_error"] = self.rng.choice(("fail", "continue", "route", "route", "hold"))
        if self.rng.random() < 0.05:
            node["disabled"] = True
        if kind in (*_CONTAINERS, *_WAITS[:3]) and self.rng.random() < 0.2:
            node["timeout"] = self.rng.choice(_DEADLINES)
        if kind == SERVICE and self.rng.random() < 0.25:
            node["retry"] = _policies(self.rng)
        self.nodes.append(node)
        return node

    def _kind(self, around: Surroundings, is_first: bool) -> str:
        chance = self.rng.random()
        if not is_first and chance < 0.06:
            return self.rng.choice(_ENDS)
        if self.flat or chance < 0.28:
            return self.rng.choice((*_PLAIN, SERVICE, SERVICE, SERVICE))
        if chance < 0.43:
            return self.rng.choice(_WAITS)
        if around.depth < DEPTH and chance < (0.78 if around.depth else 0.7):
            return self.rng.choice(_CONTAINERS)
        return SERVICE

    def _fill(self, node: dict[str, Any], around: Surroundings) -> None:
        if node["type"] not in _CONTAINERS:
            return
        count = self.rng.choice((1, 1, 2, 2, 3, 4))
        self.scope(node["id"], around.inside(node["type"]), count)
        if node["type"] == "core.try@1" and self.rng.random() < 0.6 and len(self.nodes) < self.most:
            final = {"id": f"n{len(self.nodes)}", "type": "core.finally@1", "config": {}, "parent": node["id"]}
            if self.rng.random() < 0.3:
                final["timeout"] = self.rng.choice(_DEADLINES)
            self.nodes.append(final)
            self.scope(final["id"], around.inside("core.finally@1"), self.rng.choice((1, 1, 2)))

    def _edges(self, nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        edges: dict[tuple[str, str, str], dict[str, Any]] = {}
        for place, target in enumerate(nodes[1:], 1):
            for _ in range(self.rng.choice((0, 1, 1, 1, 2, 2, 3))):
                source = nodes[self.rng.randrange(max(0, place - 5), place)]
                ports = _ports(source)
                if ports:
                    port = ports[0] if self.rng.random() < 0.4 else self.rng.choice(ports)
                    edge = {"source": source["id"], "source_port": port, "target": target["id"]}
                    edges[edge["source"], edge["source_port"], edge["target"]] = edge
        return list(edges.values())


def random_case(seed: int, most: int = 25, flat: bool = False) -> Case:
    """The case of a number: the same one for ever. `flat` leaves containers and waits out."""
    rng = random.Random(seed)
    sketch = _Sketch(rng, most, flat)
    sketch.scope(None, Surroundings(), rng.randint(1, most) if flat else rng.randint(2, 8))
    nodes = sketch.nodes
    if rng.random() < 0.3:
        nodes = rng.sample(nodes, len(nodes))
    definition: dict[str, Any] = {"format": 1, "name": f"random {seed}", "nodes": nodes, "edges": sketch.edges}
    definition["settings"] = {"on_failure": rng.choice(("cancel", "drain"))}
    if rng.random() < 0.08:
        definition["settings"]["timeout"] = rng.choice(("5s", "30s", "2m"))
    if rng.random() < 0.3:
        chosen = rng.choice([node["id"] for node in nodes if "parent" not in node])
        text = f"nodes.{chosen} ?? 'none'"
        if rng.random() < 0.2:
            text = f"$map([1, 2], function($v) {{ $v + {rng.choice(('1', 'input.nowhere'))} }})"
        definition["output"] = {"chosen": f"{{{{ {text} }}}}", "n": "{{ input.n }}"}
    length = rng.choice((0, 1, 2, 2, 3, 3, 4, 5, 6))
    items = [rng.choice((rng.randint(0, 5), {"n": rng.randint(0, 5)})) for _ in range(length)]
    return Case(seed, definition, {"n": rng.randint(0, 3), "flag": rng.random() < 0.5, "list": items})


def _policies(rng: random.Random) -> list[dict[str, Any]]:
    first = {"errors": ["HttpError"], "max_attempts": rng.randint(1, 3), "initial_interval": "2s", "jitter": "none"}
    rest = {"max_attempts": rng.randint(1, 3), "initial_interval": "1s", "backoff": 3.0, "jitter": "none"}
    if rng.random() < 0.4:
        rest["non_retryable"] = ["AccessDenied"]
    return [first, rest][: rng.choice((1, 2, 2))]


def _ports(node: dict[str, Any]) -> list[str]:
    ports = {
        "core.if@1": ["true", "false"],
        "core.switch@1": [*(case["port"] for case in node["config"].get("cases", [])), "default"],
        "core.fail@1": [],
        "core.stop@1": [],
        "core.try@1": ["out", "error"],
        "core.wait_for_event@1": ["out", "timeout"],
        "core.approval@1": ["approved", "rejected", "timeout"],
    }.get(node["type"], ["out"])
    return [*ports, "error"] if node.get("on_error") == "route" and ports and "error" not in ports else ports


def _mend(rng: random.Random, nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> None:
    """Makes a scope one without findings."""
    for node in nodes:
        into = [edge["source"] for edge in edges if edge["target"] == node["id"]]
        choices = [join for join in JOINS if not (isinstance(join, int) and join > len(into))]
        if len(set(into)) < len(into):
            choices.remove("every")
        if into:
            node["join"] = rng.choice(choices)
        routed = any(edge["source"] == node["id"] and edge.get("source_port") == "error" for edge in edges)
        ports = _ports(node)
        if node.get("on_error") == "route" and not routed:
            node["on_error"] = "continue" if "out" in ports else "hold"
        if node.get("on_error") == "route" and not ports:
            node["on_error"] = "fail"
        if node.get("on_error") == "continue" and "out" not in ports:
            node["on_error"] = rng.choice(("fail", "hold"))
        if "out" not in ports:
            node.pop("disabled", None)


ports_of = _ports
