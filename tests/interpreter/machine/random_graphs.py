"""Random definitions with every join, every `on_error` and every construct, and a script for their activities."""

import random
from dataclasses import dataclass
from typing import Any

from tests.interpreter.machine.reference import SERVICE

JOINS: tuple[str | int, ...] = ("all", "every", "any", 1, 2)
KINDS = (SERVICE, SERVICE, SERVICE, "core.noop@1", "core.set@1", "core.if@1", "core.switch@1", "core.merge@1")


@dataclass(frozen=True)
class Case:
    seed: int
    definition: dict[str, Any]
    input: dict[str, Any]
    outcomes: dict[str, dict[str, Any]]
    """What each service node's activity answers."""


def random_case(seed: int, most: int = 14) -> Case:
    """The case of a number: the same one for ever."""
    rng = random.Random(seed)
    count = rng.randint(1, most)
    nodes = [_node(rng, f"n{place}", place) for place in range(count)]
    edges = _edges(rng, nodes)
    _mend(rng, nodes, edges)
    definition: dict[str, Any] = {"format": 1, "name": f"random {seed}", "nodes": nodes, "edges": edges}
    definition["settings"] = {"on_failure": rng.choice(("cancel", "drain"))}
    if rng.random() < 0.3:
        chosen = rng.choice(nodes)["id"]
        definition["output"] = {"chosen": f"{{{{ nodes.{chosen} ?? 'none' }}}}", "n": "{{ input.n }}"}
    outcomes = {node["id"]: _outcome(rng, node["id"]) for node in nodes}
    return Case(seed, definition, {"n": rng.randint(0, 3), "flag": rng.random() < 0.5}, outcomes)


def _node(rng: random.Random, node_id: str, place: int) -> dict[str, Any]:
    kind = rng.choice(KINDS)
    if place and rng.random() < 0.06:
        kind = rng.choice(("core.fail@1", "core.stop@1"))
    node: dict[str, Any] = {"id": node_id, "type": kind, "config": _config(rng, kind)}
    if rng.random() < 0.5:
        node["on_error"] = rng.choice(("fail", "continue", "route"))
    if rng.random() < 0.08:
        node["disabled"] = True
    return node


def _config(rng: random.Random, kind: str) -> dict[str, Any]:
    if kind == SERVICE:
        return {"method": "GET", "url": "http://ledger.example/{{ input.n }}"}
    if kind == "core.set@1":
        missing = "{{ input.nowhere }}" if rng.random() < 0.15 else "{{ input.n + 1 }}"
        return {"values": {"a": "{{ input.n }}", "b": missing, "c": ["x", "{{ input.flag }}"]}}
    if kind == "core.if@1":
        return {"condition": rng.choice(("{{ input.flag }}", "{{ input.n > 1 }}", "{{ input.n }}", "{{ input.no.way }}"))}
    if kind == "core.switch@1":
        cases = [{"port": f"p{n}", "condition": f"{{{{ input.n = {n} }}}}"} for n in range(rng.randint(1, 3))]
        return {"cases": cases}
    if kind == "core.fail@1":
        return {"name": rng.choice(("Refused", "Broken")), "message": "because {{ input.n }}"}
    if kind == "core.stop@1":
        return {"output": {"stopped": "{{ input.n }}"}}
    return {}


def _ports(node: dict[str, Any]) -> list[str]:
    ports = {
        "core.if@1": ["true", "false"],
        "core.switch@1": [*(case["port"] for case in node["config"].get("cases", [])), "default"],
        "core.fail@1": [],
        "core.stop@1": [],
    }.get(node["type"], ["out"])
    return [*ports, "error"] if node.get("on_error") == "route" and ports else ports


def _edges(rng: random.Random, nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    edges: dict[tuple[str, str, str], dict[str, Any]] = {}
    for place, target in enumerate(nodes[1:], 1):
        for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3))):
            source = nodes[rng.randrange(max(0, place - 5), place)]
            ports = _ports(source)
            if ports:
                edge = {"source": source["id"], "source_port": rng.choice(ports), "target": target["id"]}
                edges[edge["source"], edge["source_port"], edge["target"]] = edge
    return list(edges.values())


def _mend(rng: random.Random, nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> None:
    """Makes the definition one without findings."""
    for node in nodes:
        into = [edge["source"] for edge in edges if edge["target"] == node["id"]]
        choices = [join for join in JOINS if not (isinstance(join, int) and join > len(into))]
        if len(set(into)) < len(into):
            choices.remove("every")
        if into:
            node["join"] = rng.choice(choices)
        routed = any(edge["source"] == node["id"] and edge.get("source_port") == "error" for edge in edges)
        has_out = "out" in _ports(node)
        if node.get("on_error") == "route" and not routed:
            node["on_error"] = "continue" if has_out else "fail"
        if node.get("on_error") in ("continue", "route") and not _ports(node):
            node["on_error"] = "fail"
        if node.get("on_error") == "continue" and not has_out:
            node["on_error"] = "fail"
        if not has_out:
            node.pop("disabled", None)


def _outcome(rng: random.Random, node_id: str) -> dict[str, Any]:
    if rng.random() < 0.3:
        return {"error": rng.choice(("HttpError", "Timeout", "AccessDenied"))}
    return {"output": {"from": node_id, "n": rng.randint(0, 9)}}
