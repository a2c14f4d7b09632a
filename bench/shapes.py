"""The graphs that are measured, as definitions."""

from typing import Any


def _call(place: int, url: str) -> dict[str, Any]:
    return {"id": f"n{place}", "type": "core.http_request@1", "config": {"method": "GET", "url": url}}


def chain(url: str, length: int) -> dict[str, Any]:
    """Each node reads the status that the one before it got."""
    nodes = [_call(0, f"{url}?n=0&s=0")]
    for place in range(1, length):
        nodes.append(_call(place, f"{url}?n={place}&s={{{{ nodes.n{place - 1}.status }}}}"))
    edges = [{"source": f"n{place}", "target": f"n{place + 1}"} for place in range(length - 1)]
    return {"format": 1, "name": f"chain of {length}", "nodes": nodes, "edges": edges}


def fan_out(url: str, width: int) -> dict[str, Any]:
    nodes = [_call(place, f"{url}?n={place}") for place in range(width)]
    return {"format": 1, "name": f"fan-out of {width}", "nodes": nodes, "edges": []}


def control(length: int) -> dict[str, Any]:
    """No service at all: set, if, set, …"""
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    for place in range(length):
        if place % 2:
            nodes.append({"id": f"c{place}", "type": "core.if@1", "config": {"condition": f"{{{{ nodes.c{place - 1}.n >= 0 }}}}"}})
        else:
            nodes.append({"id": f"c{place}", "type": "core.set@1", "config": {"values": {"n": place}}})
        if place:
            port = "out" if place % 2 else "true"
            edges.append({"source": f"c{place - 1}", "source_port": port, "target": f"c{place}"})
    return {"format": 1, "name": f"control chain of {length}", "nodes": nodes, "edges": edges}


def mapped(size: int, url: str | None) -> dict[str, Any]:
    """A map whose items set a value, or call the service."""
    inner: dict[str, Any] = {"id": "one", "type": "core.set@1", "config": {"values": {"n": "{{ item }}"}}}
    if url is not None:
        inner = {"id": "one", "type": "core.http_request@1", "config": {"method": "GET", "url": f"{url}?n={{{{ item }}}}"}}
    everything = {"id": "all", "type": "core.map@1", "config": {"items": list(range(size)), "concurrency": 50}}
    return {"format": 1, "name": f"map of {size}", "nodes": [everything, {**inner, "parent": "all"}], "edges": []}


def loop(rounds: int) -> dict[str, Any]:
    """A loop that counts."""
    config = {"while": f"{{{{ carry < {rounds} }}}}", "initial": 0, "next": "{{ carry + 1 }}"}
    nodes = [{"id": "again", "type": "core.loop@1", "config": config}, {"id": "pass", "type": "core.noop@1", "parent": "again"}]
    return {"format": 1, "name": f"loop of {rounds}", "nodes": nodes, "edges": []}
