"""The shapes of containers, waits and children whose histories are kept."""

from typing import Any

from tests.replay.shape import Shape, call, control, edge


def _inside(container: str, *nodes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**node, "parent": container} for node in nodes]


def _map(items: Any, *nodes: dict[str, Any], **config: Any) -> list[dict[str, Any]]:
    return [control("all", "map", {"items": items, **config}), *_inside("all", *nodes)]


_COUNT = {"while": "{{ carry < 4 }}", "initial": 0, "next": "{{ carry + 1 }}"}
_LOOP = [control("again", "loop", _COUNT), *_inside("again", call("one"))]
_TRY = [
    control("attempt", "try"),
    *_inside("attempt", call("bad")),
    control("tidy", "finally", parent="attempt"),
    *_inside("tidy", call("clean")),
    call("after"),
]
_NESTED = [
    control("outer", "map", {"items": [[1, 2], [3]]}),
    control("inner", "map", {"items": "{{ item }}"}, parent="outer"),
    *_inside("inner", call("one")),
]
_COSTLY = "{{ $map(input.list, function($x) { $x + 1 }) }}"

CONSTRUCT_SHAPES: dict[str, Shape] = {
    "map": Shape(_map([1, 2, 3], call("one"), concurrency=2)),
    "map_of_costly_items": Shape(_map(_COSTLY, call("one"), item_output=_COSTLY), input={"list": [1, 2]}),
    "map_with_tolerated_failure": Shape(_map([1, 2, 3], call("one"), tolerated_failures=1), script={"one#1": {"fails": "HttpError"}}),
    "map_that_fails": Shape(_map([1, 2, 3, 4], call("one"), concurrency=1), script={"one#1": {"fails": "HttpError"}}),
    "nested_map": Shape(_NESTED),
    "large_map": Shape(_map(list(range(230)), control("one", "set", {"values": {"n": "{{ item }}"}})), batches={"all": 2}),
    "loop": Shape(_LOOP),
    "loop_with_delay": Shape([control("again", "loop", {**_COUNT, "delay": "20ms"}), *_LOOP[1:]]),
    "loop_limit": Shape([control("again", "loop", {**_COUNT, "max_iterations": 2}), *_LOOP[1:]]),
    "try_and_finally": Shape(_TRY, [edge("attempt", "after", "error")], script={"bad": {"fails": "HttpError"}}),
    "cancelled_try": Shape(
        [{**one, "heartbeat_timeout": "2s"} if one["id"] == "bad" else one for one in _TRY], script={"bad": "hangs"}, cancel_at="bad"
    ),
    "wait": Shape([control("pause", "wait", {"duration": "300ms"}), call("after")], [edge("pause", "after")]),
    "event": Shape([control("event", "wait_for_event"), call("after")], [edge("event", "after")], answers=[{"key": "event", "payload": 1}]),
    "event_that_does_not_come": Shape([control("event", "wait_for_event", timeout="300ms"), call("late")], [edge("event", "late", "timeout")]),
    "approval": Shape(
        [control("ask", "approval", {"quorum": 2}), call("pay")],
        [edge("ask", "pay", "approved")],
        answers=[{"key": "ask", "decision": "approve", "by": "a"}, {"key": "ask", "decision": "approve", "by": "b"}],
    ),
    "child": Shape(
        [control("ask", "run_workflow", {"workflow": "child"})], workflows={"child": {"nodes": [call("inner")], "edges": []}}
    ),
    "child_that_may_not_begin": Shape([control("ask", "run_workflow", {"workflow": "nobody"})]),
    "respond": Shape([control("answer", "respond", {"output": 1}), call("after")], [edge("answer", "after")]),
    "data_nodes": Shape(
        [
            control("big", "filter", {"items": "{{ input.list }}", "condition": "{{ item > 1 }}"}),
            control("sorted", "sort", {"items": "{{ nodes.big }}", "by": [{"value": "{{ item }}", "order": "desc"}]}),
        ],
        [edge("big", "sorted")],
        input={"list": [3, 1, 2]},
    ),
    "continue_as_new_in_a_map": Shape(_map([1, 2, 3, 4, 5, 6], call("one"), concurrency=2), continue_after=3),
    "continue_as_new_in_a_loop": Shape(_LOOP, continue_after=2),
    "continue_as_new_while_waiting": Shape(
        [call("a"), call("b"), control("pause", "wait", {"duration": "400ms"}), call("c"), call("d")],
        [edge("a", "b"), edge("b", "c"), edge("c", "d")],
        continue_after=2,
    ),
}
