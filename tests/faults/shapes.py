"""Definitions whose nodes call the ledger, each with the output that it must have and the calls it must make."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.ledger import Ledger


@dataclass(frozen=True)
class Shape:
    name: str
    definition: dict[str, Any]
    output: Any
    keys: tuple[str, ...]
    """The instance keys that call; the ledger knows each as `<run id>/<key>`, with `.` for `#`."""


def _call(ledger: Ledger, node_id: str, **more: Any) -> dict[str, Any]:
    url = f"{ledger.url}?key={{{{ run.id }}}}/{node_id}"
    return {"id": node_id, "type": "core.http_request@1", "config": {"method": "GET", "url": url}, **more}


def _each(ledger: Ledger, node_id: str, parent: str) -> dict[str, Any]:
    url = f"{ledger.url}?key={{{{ run.id }}}}/{node_id}.{{{{ index }}}}"
    return {"id": node_id, "type": "core.http_request@1", "parent": parent, "config": {"method": "GET", "url": url}}


def _edges(*ids: str) -> list[dict[str, str]]:
    return [{"source": one, "target": two} for one, two in pairwise(ids)]


def chain(ledger: Ledger) -> Shape:
    ids = tuple(f"n{n}" for n in range(5))
    nodes = [_call(ledger, one) for one in ids]
    definition = {"nodes": nodes, "edges": _edges(*ids), "output": {"last": "{{ nodes.n4.body.ok }}"}}
    return Shape("chain", definition, {"last": True}, ids)


def diamond(ledger: Ledger) -> Shape:
    ids = ("first", "left", "right", "last")
    edges = [*_edges("first", "left", "last"), *_edges("first", "right", "last")]
    output = {"both": "{{ nodes.left.body.ok and nodes.right.body.ok }}"}
    return Shape("diamond", {"nodes": [_call(ledger, one) for one in ids], "edges": edges, "output": output}, {"both": True}, ids)


def mapped(ledger: Ledger) -> Shape:
    each = {"id": "each", "type": "core.map@1", "config": {"items": "{{ [1..6] }}", "concurrency": 3, "item_output": "{{ item * 2 }}"}}
    nodes = [each, _each(ledger, "get", "each"), _call(ledger, "last")]
    definition = {"nodes": nodes, "edges": _edges("each", "last"), "output": {"all": "{{ nodes.each }}"}}
    keys = (*(f"get.{n}" for n in range(6)), "last")
    return Shape("map", definition, {"all": [2, 4, 6, 8, 10, 12]}, keys)


def looped(ledger: Ledger) -> Shape:
    loop = {"id": "loop", "type": "core.loop@1", "config": {"while": "{{ index < 4 }}", "initial": 0, "next": "{{ carry + 1 }}"}}
    definition = {"nodes": [loop, _each(ledger, "get", "loop")], "output": {"sum": "{{ nodes.loop }}"}}
    return Shape("loop", definition, {"sum": 4}, tuple(f"get.{n}" for n in range(4)))


def waited(ledger: Ledger) -> Shape:
    pause = {"id": "pause", "type": "core.wait@1", "config": {"duration": "2s"}}
    definition = {
        "nodes": [_call(ledger, "before"), pause, _call(ledger, "after")],
        "edges": _edges("before", "pause", "after"),
        "output": {"done": "{{ nodes.after.body.ok }}"},
    }
    return Shape("wait", definition, {"done": True}, ("before", "after"))


SHAPES: tuple[Callable[[Ledger], Shape], ...] = (chain, diamond, mapped, looped, waited)
