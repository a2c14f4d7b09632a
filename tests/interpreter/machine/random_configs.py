"""Random configs: expressions over the input, earlier nodes, `item`, `index`, `carry`; some wrong, some costly."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.interpreter.machine.reference import SERVICE


@dataclass(frozen=True)
class Surroundings:
    """What an expression may speak of where a node stands."""

    depth: int = 0
    earlier: tuple[str, ...] = ()
    in_map: bool = False
    in_loop: bool = False

    def after(self, node_id: str) -> "Surroundings":
        return replace(self, earlier=(*self.earlier, node_id))

    def inside(self, kind: str) -> "Surroundings":
        return replace(
            self,
            depth=self.depth + 1,
            in_map=self.in_map or kind == "core.map@1",
            in_loop=self.in_loop or kind == "core.loop@1",
        )


def random_config(rng: random.Random, kind: str, around: Surroundings) -> dict[str, Any]:
    """The config of a node of this type."""
    if kind == SERVICE:
        return {"method": "GET", "url": f"http://ledger.example/{{{{ {_number(rng, around)} }}}}"}
    make = _CONFIGS.get(kind)
    return make(rng, around) if make else {}


def _number(rng: random.Random, around: Surroundings) -> str:
    """The text of an expression that is mostly a number."""
    choices = ["input.n", "input.n + 1"]
    if around.in_map:
        choices += ["(item.n ?? 1)", "index", "count"]
    if around.in_loop:
        choices += ["(carry.n ?? 0)", "index"]
    choices += [f"(nodes.{name}.n ?? 2)" for name in around.earlier[-3:]]
    if around.earlier and rng.random() < 0.05:
        return f"nodes.{rng.choice(around.earlier)}.n"
    return rng.choice(choices)


def _boolean(rng: random.Random, around: Surroundings, most: int = 3) -> str:
    number = _number(rng, around)
    chance = rng.random()
    if chance < 0.02:
        return "{{ " + number + " }}"
    if chance < 0.05:
        return "{{ input.no.way }}"
    if chance < 0.16 and around.earlier:
        return f"{{{{ $exists(errors.{rng.choice(around.earlier)}) }}}}"
    if chance < 0.26:
        return f"{{{{ $count($filter([1, 2, 3], function($v) {{ $v > {number} }})) > 1 }}}}"
    return f"{{{{ {number} {rng.choice(('>', '<'))} {rng.randint(0, most)} }}}}"


def _set(rng: random.Random, around: Surroundings) -> dict[str, Any]:
    missing = "{{ input.nowhere }}" if rng.random() < 0.08 else f"{{{{ {_number(rng, around)} + 1 }}}}"
    values = {"b": missing, "c": ["x", "{{ input.flag }}"], "n": f"{{{{ {_number(rng, around)} }}}}"}
    if rng.random() < 0.1:
        values["z_costly"] = "{{ $map([1, 2], function($v) { $v * 2 }) }}"
    return {"values": values}  # in the order of a plan's keys: of two errors the first is shown


def _switch(rng: random.Random, around: Surroundings) -> dict[str, Any]:
    cases = [{"port": f"p{n}", "condition": _boolean(rng, around)} for n in range(rng.randint(1, 3))]
    return {"cases": cases}


def _fail(rng: random.Random, around: Surroundings) -> dict[str, Any]:
    return {"name": rng.choice(("Refused", "Broken")), "message": "because {{ input.n }}"}


def _stop(rng: random.Random, around: Surroundings) -> dict[str, Any]:
    return {"output": {"stopped": f"{{{{ {_number(rng, around)} }}}}"}}


def _respond(rng: random.Random, around: Surroundings) -> dict[str, Any]:
    return {"output": {"answer": f"{{{{ {_number(rng, around)} }}}}"}}


def _wait(rng: random.Random, around: Surroundings) -> dict[str, Any]:
    if rng.random() < 0.2:
        return {"until": rng.choice(("1970-01-01T00:17:05Z", "{{ 1000000 + 7000 }}"))}
    return {"duration": rng.choice(("3s", "8s", "20s", "{{ input.n + 1 }}"))}


def _approval(rng: random.Random, around: Surroundings) -> dict[str, Any]:
    config: dict[str, Any] = {"title": "May {{ input.n }}?", "quorum": rng.choice((1, 1, 2, 3))}
    if rng.random() < 0.3:
        config["escalation"] = {"after": "6s", "approvers": ["chief@ledger.example"]}
    return config


def _run_workflow(rng: random.Random, around: Surroundings) -> dict[str, Any]:
    number = _number(rng, around)
    return {"workflow": "wf_child", "input": {"n": f"{{{{ {number} }}}}"}, "wait": rng.random() < 0.75}


def _map(rng: random.Random, around: Surroundings) -> dict[str, Any]:
    items = ["{{ input.list }}"] * 8 + ["{{ [1, 2, 3] }}", "{{ input.n }}"]
    items += [f"{{{{ nodes.{name}.list ?? input.list }}}}" for name in around.earlier[-2:]]
    if rng.random() < 0.1:
        items = ["{{ $map(input.list, function($v) { [$v] }) ?? [] }}"]
    config: dict[str, Any] = {"items": rng.choice(items), "concurrency": rng.choice((1, 2, 2, 3, 10))}
    config["tolerated_failures"] = rng.choice((0, 0, 1, 2, "34%", "50%"))
    inside = replace(around, in_map=True)
    if rng.random() < 0.4:
        config["item_output"] = {"i": "{{ index }}", "n": f"{{{{ {_number(rng, inside)} }}}}"}
        if rng.random() < 0.2:
            config["item_output"]["o_costly"] = "{{ $sum($map([1], function($v) { $v + index })) }}"
        if rng.random() < 0.15:
            config["item_output"]["w_wrong"] = "{{ item.nowhere }}"
    return config


def _loop(rng: random.Random, around: Surroundings) -> dict[str, Any]:
    config: dict[str, Any] = {"max_iterations": rng.choice((1, 3, 4, 6)), "initial": rng.choice((None, {"n": 0}))}
    inside = replace(around, in_loop=True)
    kinds = rng.choice((("while",), ("until",), ("while", "until")))
    for kind in kinds:
        config[kind] = _boolean(rng, inside, most=4)
        if rng.random() < 0.6:
            config[kind] = f"{{{{ index {'<' if kind == 'while' else '>='} {rng.randint(0, 3)} }}}}"
    if rng.random() < 0.5:
        config["next"] = {"m": f"{{{{ {_number(rng, inside)} }}}}", "n": "{{ (carry.n ?? 0) + 1 }}"}
    if rng.random() < 0.3:
        config["delay"] = rng.choice(("1s", "5s"))
    return config


_CONFIGS: dict[str, Callable[[random.Random, Surroundings], dict[str, Any]]] = {
    "core.set@1": _set,
    "core.if@1": lambda rng, around: {"condition": _boolean(rng, around)},
    "core.switch@1": _switch,
    "core.fail@1": _fail,
    "core.stop@1": _stop,
    "core.respond@1": _respond,
    "core.wait@1": _wait,
    "core.approval@1": _approval,
    "core.run_workflow@1": _run_workflow,
    "core.map@1": _map,
    "core.loop@1": _loop,
}
