"""The shapes whose histories are kept."""

from typing import Any

from tests.replay.construct_shapes import CONSTRUCT_SHAPES
from tests.replay.shape import Shape, call, control, edge


def chain(length: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return [call(f"n{n}") for n in range(length)], [edge(f"n{n}", f"n{n + 1}") for n in range(length - 1)]


def _fork(join: str | int, **more: Any) -> Shape:
    nodes = [call("a"), call("b"), call("c"), call("z", join=join)]
    return Shape(nodes, [edge(name, "z") for name in "abc"], **more)


_DIAMOND = [control("c", "if", {"condition": "{{ input.yes }}"}), call("t"), call("f"), control("z", "merge")]
_DIAMOND_EDGES = [edge("c", "t", "true"), edge("c", "f", "false"), edge("t", "z"), edge("f", "z")]
_RETRY = {"max_attempts": 4, "initial_interval": "20ms", "jitter": "none"}
_SWITCH = {"cases": [{"port": "one", "condition": "{{ input.n = 1 }}"}, {"port": "two", "condition": "{{ input.n = 2 }}"}]}
_COSTLY = {"values": {"sum": "{{ $reduce(input.list, function($a, $b) { $a + $b }) }}"}}
_BEAT = {"heartbeat_timeout": "2s"}

SHAPES: dict[str, Shape] = {
    "one": Shape([call("a")]),
    "chain": Shape(*chain(6)),
    "wide": Shape([call(f"w{n}") for n in range(12)]),
    "wider_than_the_window": Shape([call(f"w{n}") for n in range(230)]),
    "diamond": Shape(_DIAMOND, _DIAMOND_EDGES, input={"yes": True}),
    "diamond_every": Shape([*_DIAMOND[:3], control("z", "merge", join="every")], _DIAMOND_EDGES, input={"yes": True}),
    "skipped_chain": Shape(
        [control("c", "if", {"condition": "{{ false }}"}), *chain(10)[0], call("live"), call("z")],
        [edge("c", "n0", "true"), *chain(10)[1], edge("n9", "z"), edge("live", "z")],
    ),
    "join_all_of_quick_and_slow": Shape(
        [call("a"), call("b"), call("z")], [edge("a", "z"), edge("b", "z")], script={"b": "slow"}
    ),
    "join_any": _fork("any"),
    "join_number": _fork(2),
    "join_number_with_route": Shape(
        [call("a", on_error="route"), call("b"), call("c"), call("e"), call("z", join=2)],
        [edge("a", "z"), edge("b", "z"), edge("c", "z"), edge("a", "e", "error")],
        script={"a": {"fails": "HttpError"}},
    ),
    "switch": Shape(
        [control("s", "switch", _SWITCH), call("one"), call("two"), call("other")],
        [edge("s", "one", "one"), edge("s", "two", "two"), edge("s", "other", "default")],
        input={"n": 2},
    ),
    "set_and_reference": Shape(
        [call("a"), control("b", "set", {"values": {"n": "{{ nodes.a.n + 1 }}"}}), call("c")],
        [edge("a", "b"), edge("b", "c")],
        more={"output": {"n": "{{ nodes.b.n }}"}},
        script={"a": {"n": 4}},
    ),
    "costly_expression": Shape([control("a", "set", _COSTLY)], input={"list": [1, 2, 3]}),
    "costly_output": Shape(
        [call("a")], more={"output": {"n": "{{ $map([1, 2], function($x) { $x + input.n }) }}"}}, input={"n": 1}
    ),
    "failing_output": Shape([call("a")], more={"output": {"n": "{{ nodes.a.nothing.here }}"}}),
    "retries": Shape([call("a", retry=_RETRY)], script={"a": {"fails": "ServerError", "times": 2}}),
    "retries_used_up": Shape([call("a", retry=_RETRY)], script={"a": {"fails": "ServerError", "times": 9}}),
    "retry_list": Shape(
        [call("a", retry=[{**_RETRY, "errors": ["ServerError"]}, {**_RETRY, "errors": ["RateLimited"]}])],
        script={"a": {"fails": "ServerError", "times": 2}},
    ),
    "failure_cancels": Shape([call("a"), call("b", **_BEAT)], script={"a": {"fails": "HttpError"}, "b": "hangs"}),
    "failure_drains": Shape(
        [call("a"), call("b"), call("c")],
        [edge("b", "c")],
        more={"settings": {"on_failure": "drain"}},
        script={"a": {"fails": "HttpError"}},
    ),
    "continue_on_error": Shape([call("a", on_error="continue"), call("b")], [edge("a", "b")], script={"a": {"fails": "HttpError"}}),
    "error_route": Shape(
        [call("a", on_error="route"), call("b"), call("c")],
        [edge("a", "b"), edge("a", "c", "error")],
        script={"a": {"fails": "HttpError"}},
    ),
    "fail_node": Shape([call("a"), control("f", "fail", {"name": "Refused", "message": "no"})], [edge("a", "f")]),
    "stop_node": Shape(
        [control("s", "stop", {"output": {"done": True}}), call("b", **_BEAT)], script={"b": "hangs"}
    ),
    "disabled": Shape([call("a", disabled=True), call("b")], [edge("a", "b")]),
    "cancel": Shape([call("a", **_BEAT), call("b")], [edge("a", "b")], script={"a": "hangs"}, cancel_at="a"),
    "run_timeout": Shape([call("a", **_BEAT)], more={"settings": {"timeout": "1s"}}, script={"a": "hangs"}),
    "attempt_timeout": Shape([call("a", timeout="300ms", retry={"max_attempts": 1})], script={"a": "hangs"}),
    "continue_as_new": Shape(*chain(10), continue_after=4),
    "continue_as_new_with_timer": Shape(
        chain(6)[0], chain(6)[1], more={"settings": {"timeout": "1h"}}, continue_after=3
    ),
    "budget_of_a_step": Shape(
        [control(f"p{n}", "noop") for n in range(2500)], [edge(f"p{n}", f"p{n + 1}") for n in range(2499)]
    ),
    **CONSTRUCT_SHAPES,
}
