"""Maps, loops, tries and finallys: what the rules leave open is decided here, by hand, for both implementations."""

from typing import Any

import pytest

from tests.interpreter.machine.by_hand import Begin, node

DRAIN = {"on_failure": "drain"}


def each(*inner: dict[str, Any], **config: Any) -> list[dict[str, Any]]:
    """A map over the input with a service node inside."""
    return [node("each", "map", items="{{ input }}", **config), node("send", "call", "each"), *inner]


def again(*inner: dict[str, Any], **config: Any) -> list[dict[str, Any]]:
    return [node("again", "loop", **config), node("ask", "call", "again"), *inner]


# --- the queue ---


def test_a_container_is_decided_before_the_next_instance_is_taken_from_the_queue(begin: Begin) -> None:
    nodes = [node("one", "try"), node("in_one", "noop", "one"), node("two", "try"), node("in_two", "noop", "two")]
    run = begin([*nodes, node("after", "noop")], ["one > after"])
    # `after` joins the queue when `one` is decided: behind `in_two`, which was there before.
    assert run.started == ["one", "two", "in_one", "in_two", "after"]


def test_several_frames_opened_at_once_enqueue_frame_by_frame_in_definition_order(begin: Begin) -> None:
    nodes = [
        node("b", "call", "each"),
        node("each", "map", items="{{ input }}", concurrency=2),
        node("a", "call", "each"),
    ]
    run = begin(nodes, [], [1, 2, 3])
    assert run.started == ["each", "b#0", "a#0", "b#1", "a#1"]
    assert run["a#2"] is None
    run.succeeds("a#1")
    run.succeeds("b#1")
    assert run.started[5:] == ["b#2", "a#2"]


def test_a_paused_run_takes_nothing_from_the_queue_until_it_is_resumed(begin: Begin) -> None:
    run = begin(each(concurrency=1), [], [1, 2])
    run.is_paused()
    run.succeeds("send#0", "a")
    # The container decides at once, but what it opened stays in the queue.
    assert (run["send#1"], run.running, run.status) == ("pending", [], "running")
    run.is_resumed()
    assert run.running == ["send#1"]


def test_a_paused_run_that_is_cancelled_still_runs_its_finally(begin: Begin) -> None:
    nodes = [
        node("guard", "try"),
        node("body", "call", "guard"),
        node("tidy", "finally", "guard"),
        node("close", "call", "tidy"),
    ]
    run = begin(nodes)
    run.is_paused()
    run.succeeds("body")
    assert (run["tidy"], run.running) == ("pending", [])
    run.is_cancelled()
    assert run.running == ["close"]
    run.succeeds("close")
    assert run.status == "cancelled"


# --- map ---


def test_a_map_gives_its_values_in_the_order_of_the_items(begin: Begin) -> None:
    run = begin(each(), [], ["x", "y", "z"])
    for key, value in (("send#2", "c"), ("send#0", "a"), ("send#1", "b")):
        run.succeeds(key, value)
    assert run.output == {"each": ["a", "b", "c"]}


def test_a_map_over_no_items_succeeds_with_an_empty_list(begin: Begin) -> None:
    run = begin(each(), [], [])
    assert (run.status, run.output, run["send"]) == ("succeeded", {"each": []}, None)


def test_a_map_over_something_else_than_an_array_is_a_type_error_of_the_map(begin: Begin) -> None:
    run = begin(each(), [], {"no": "array"})
    assert (run.status, run.error) == ("failed", ("TypeError", "each"))


@pytest.mark.parametrize(("least", "found"), [(1, [2, 3]), (2, [3]), (3, [])])
def test_items_found_by_a_filter_are_a_list_also_with_one_match_or_none(
    begin: Begin, least: int, found: list[int]
) -> None:
    nodes = [
        node("each", "map", items="{{ input.all[$ > $$.input.least] }}"),
        node("seen", "set", "each", values={"v": "{{ item }}"}),
    ]
    run = begin(nodes, [], {"all": [1, 2, 3], "least": least})
    assert run.output == {"each": [{"v": value} for value in found]}


def test_a_map_takes_the_item_output_where_there_is_one(begin: Begin) -> None:
    run = begin(each(item_output={"of": "{{ item }}", "at": "{{ index }}", "all": "{{ count }}"}), [], ["x", "y"])
    run.succeeds("send#1")
    run.succeeds("send#0")
    assert run.output["each"] == [{"of": "x", "at": 0, "all": 2}, {"of": "y", "at": 1, "all": 2}]


def test_an_item_output_that_fails_fails_its_item_with_the_key_of_the_map(begin: Begin) -> None:
    run = begin(each(item_output="{{ item.name }}", tolerated_failures=1), [], [{"name": "x"}, {}])
    run.succeeds("send#0")
    run.succeeds("send#1")
    assert (run.status, run.output) == ("succeeded", {"each": ["x", None]})
    assert run.error_of("each") == ("MissingValue", "each")


def test_tolerated_failures_are_shown_and_their_items_are_null(begin: Begin) -> None:
    run = begin(each(tolerated_failures=1), [], [1, 2, 3])
    run.fails("send#1", "HttpError")
    assert run["each"] == "running"
    run.succeeds("send#0", "a")
    run.succeeds("send#2", "c")
    assert (run["each"], run.output_of("each")) == ("succeeded", ["a", None, "c"])
    error = run.driver.seen["each"]["error"]
    assert error is not None
    assert [(one["index"], one["error"]["key"]) for one in error["items"]] == [(1, "send#1")]


@pytest.mark.parametrize(("share", "ends"), [("49%", "failed"), ("50%", "succeeded")])
def test_a_percentage_of_failures_is_exceeded_only_by_more(begin: Begin, share: str, ends: str) -> None:
    run = begin(each(tolerated_failures=share), [], [1, 2])
    run.succeeds("send#1")
    run.fails("send#0")
    assert run["each"] == ends


def test_the_error_of_a_map_is_the_first_failed_items_and_lists_all_that_failed(begin: Begin) -> None:
    run = begin(each(tolerated_failures=1), [], [1, 2, 3])
    run.fails("send#2", "First")
    run.fails("send#0", "Second")
    assert run.told == ["send#1"]
    run.obeys("send#1")
    assert (run.status, run.error) == ("failed", ("First", "send#2"))
    assert run.driver.end is not None and run.driver.end.error is not None
    assert [one["index"] for one in run.driver.end.error["items"]] == [2, 0]


def test_a_map_that_fails_drains_its_other_items_when_the_settings_say_so(begin: Begin) -> None:
    run = begin(each(node("next", "call", "each")), ["send > next"], [1, 2], settings=DRAIN)
    run.fails("send#0")
    assert (run["each"], run.running, run.told) == ("running", ["send#1"], [])
    assert run["next#1"] == "cancelled"
    run.succeeds("send#1")
    assert (run["each"], run.status) == ("failed", "failed")


def test_a_closing_map_whose_frame_begins_to_end_is_cancelled_and_its_failure_only_recorded(begin: Begin) -> None:
    run = begin([*each(), node("other")], [], [1, 2], settings=DRAIN)
    run.fails("send#0", "Mine")
    assert run["each"] == "running"
    run.fails("other", "Theirs")
    run.succeeds("send#1")
    assert (run["each"], run.status, run.error) == ("cancelled", "failed", ("Theirs", "other"))


def test_the_deadline_of_a_map_cancels_its_items_although_failures_drain(begin: Begin) -> None:
    run = begin(each(timeout="30s"), [], [1, 2], settings=DRAIN)
    assert run.timers == {"deadline:each": 30_000}
    run.fires("deadline:each")
    assert (run["each"], run.told) == ("running", ["send#0", "send#1"])
    run.obeys("send#1")
    run.obeys("send#0")
    assert (run.status, run.error) == ("failed", ("Timeout", "each"))


def test_a_deadline_stops_the_draining_of_a_map_that_fails_already(begin: Begin) -> None:
    run = begin(each(timeout="30s"), [], [1, 2], settings=DRAIN)
    run.fails("send#0", "Broken")
    assert run.told == []
    run.fires("deadline:each")
    assert run.told == ["send#1"]
    run.obeys("send#1")
    assert run.error == ("Broken", "send#0")


def test_a_disabled_container_succeeds_with_null_and_has_no_frames(begin: Begin) -> None:
    run = begin(each(disabled=True), [], [1])
    assert (run.output, run["send#0"]) == ({"each": None}, None)


def test_keys_carry_the_index_of_every_map_and_loop_but_of_no_try(begin: Begin) -> None:
    nodes = [
        node("outer", "map", items="{{ [1, 2] }}"),
        node("guard", "try", "outer"),
        node("inner", "loop", "guard", until="{{ index >= 1 }}"),
        node("ask", "call", "inner"),
    ]
    run = begin(nodes)
    assert run.started == ["outer", "guard#0", "guard#1", "inner#0", "inner#1", "ask#0.0", "ask#1.0"]
    run.succeeds("ask#1.0")
    assert run.running == ["ask#0.0", "ask#1.1"]


# --- loop ---


def test_a_loop_asks_while_before_and_until_after_each_iteration(begin: Begin) -> None:
    config = {"while": "{{ index < 5 }}", "until": "{{ carry.n >= 2 }}", "next": {"n": "{{ nodes.ask }}"}}
    run = begin(again(initial={"n": 0}, **config))
    run.succeeds("ask#0", 1)
    assert run.running == ["ask#1"]
    run.succeeds("ask#1", 2)
    assert run.output == {"again": {"n": 2}}


def test_a_loop_whose_while_is_false_at_once_gives_its_initial_value(begin: Begin) -> None:
    run = begin(again(initial="first", **{"while": "{{ index > 0 }}"}))
    assert (run.output, run["ask#0"]) == ({"again": "first"}, None)


def test_another_iteration_than_allowed_is_a_loop_limit_of_the_loop(begin: Begin) -> None:
    run = begin(again(max_iterations=1, **{"while": "{{ true }}"}))
    run.succeeds("ask#0")
    assert (run.status, run.error) == ("failed", ("LoopLimit", "again"))


def test_the_limit_of_a_loop_comes_after_its_while_and_before_its_delay(begin: Begin) -> None:
    run = begin(again(max_iterations=1, delay="5s", **{"while": "{{ index < 1 }}"}))
    run.succeeds("ask#0", 3)
    assert run.output == {"again": 3}


def test_a_delay_stands_between_iterations_only(begin: Begin) -> None:
    run = begin(again(until="{{ index >= 1 }}", delay="5s"))
    assert run.running == ["ask#0"]
    run.succeeds("ask#0")
    assert (run.timers, run["again"], run["ask#1"]) == ({"delay:again": 5_000}, "running", None)
    run.fires("delay:again")
    assert run.running == ["ask#1"]


def test_a_loop_in_its_delay_ends_at_once_when_the_run_is_cancelled(begin: Begin) -> None:
    run = begin(again(until="{{ index >= 1 }}", delay="5s"))
    run.succeeds("ask#0")
    run.is_cancelled()
    assert (run["again"], run.status) == ("cancelled", "cancelled")


def test_a_condition_of_a_loop_that_is_no_boolean_is_a_type_error_of_the_loop(begin: Begin) -> None:
    run = begin(again(until="{{ index }}"))
    run.succeeds("ask#0")
    assert run.error == ("TypeError", "again")


def test_until_sees_the_new_carry_and_while_the_index_to_come(begin: Begin) -> None:
    config = {"while": "{{ index != 2 }}", "until": "{{ carry = 'stop' }}"}
    run = begin(again(**config))
    run.succeeds("ask#0", "go")
    run.succeeds("ask#1", "on")
    assert (run.status, run.output) == ("succeeded", {"again": "on"})


def test_a_failed_iteration_fails_the_loop_with_its_own_error(begin: Begin) -> None:
    run = begin(again(until="{{ true }}", on_error="continue"))
    run.fails("ask#0", "Refused")
    assert (run["again"], run.error_of("again"), run.status) == ("failed", ("Refused", "ask#0"), "succeeded")


# --- try and finally ---


def guard(*inner: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    """A try with a service node, and a finally with another."""
    nodes = [node("guard", "try", **fields), node("body", "call", "guard"), node("tidy", "finally", "guard")]
    return [*nodes, node("close", "call", "tidy"), *inner]


def test_a_try_leaves_by_error_with_null_when_its_body_failed(begin: Begin) -> None:
    run = begin([*guard(), node("rescue", "set", values={"why": "{{ errors.guard.name }}"})], ["guard.error > rescue"])
    run.fails("body", "Refused")
    assert (run["guard"], run["tidy"]) == ("running", "running")
    run.succeeds("close")
    assert (run["guard"], run.output_of("guard")) == ("succeeded", None)
    assert run.output["rescue"] == {"why": "Refused"}


def test_a_finally_that_fails_fails_a_try_that_had_succeeded(begin: Begin) -> None:
    run = begin(guard())
    run.succeeds("body", 1)
    run.fails("close", "Stuck")
    assert (run["tidy"], run["guard"], run.error) == ("failed", "failed", ("Stuck", "close"))


def test_a_finally_that_fails_after_a_failed_body_is_only_recorded(begin: Begin) -> None:
    run = begin(guard())
    run.fails("body", "Refused")
    run.fails("close", "Stuck")
    assert (run["tidy"], run["guard"], run.status) == ("failed", "succeeded", "succeeded")
    assert run.error_of("guard") == ("Refused", "body")


def test_a_finally_sees_the_nodes_and_errors_of_its_try(begin: Begin) -> None:
    nodes = [node("guard", "try"), node("one", "call", "guard"), node("two", "call", "guard", on_error="continue")]
    values = {"one": "{{ nodes.one }}", "two": "{{ errors.two.name }}"}
    run = begin([*nodes, node("tidy", "finally", "guard"), node("seen", "set", "tidy", values=values)])
    run.succeeds("one", 1)
    run.fails("two", "Odd")
    assert run.output_of("seen") == {"one": 1, "two": "Odd"}
    # A finally is no part of its frame's value.
    assert run.output == {"guard": {"one": 1, "two": None}}


def test_the_deadline_of_a_try_makes_its_body_fail_and_the_finally_runs(begin: Begin) -> None:
    run = begin(guard(timeout="9s"), settings=DRAIN)
    run.fires("deadline:guard")
    assert (run.told, run["tidy"]) == (["body"], "pending")
    run.obeys("body")
    run.succeeds("close")
    assert (run["guard"], run.error_of("guard"), run.status) == ("succeeded", ("Timeout", "guard"), "succeeded")


def test_the_deadline_of_a_finally_is_a_minute_and_fails_it(begin: Begin) -> None:
    run = begin(guard())
    run.succeeds("body")
    assert run.timers == {"deadline:tidy": 60_000}
    run.fires("deadline:tidy")
    assert run.told == ["close"]
    run.obeys("close")
    assert (run["tidy"], run.error) == ("failed", ("Timeout", "tidy"))


def test_a_finally_waits_for_all_that_still_runs_in_its_try(begin: Begin) -> None:
    run = begin(guard(node("slow", "call", "guard")))
    run.fails("body")
    assert (run.told, run["tidy"]) == (["slow"], "pending")
    run.fires("grace:1")
    assert (run["slow"], run.running) == ("cancelled", ["close"])


def test_nested_finallys_run_from_the_inside_out_when_the_run_is_cancelled(begin: Begin) -> None:
    nodes = [
        node("outer", "try"),
        node("inner", "try", "outer"),
        node("body", "call", "inner"),
        node("first", "finally", "inner"),
        node("close_one", "call", "first"),
        node("second", "finally", "outer"),
        node("close_two", "call", "second"),
    ]
    run = begin(nodes)
    run.is_cancelled()
    run.obeys("body")
    assert run.running == ["close_one"]
    run.succeeds("close_one")
    assert (run["inner"], run.running) == ("cancelled", ["close_two"])
    run.succeeds("close_two")
    assert (run["outer"], run.status) == ("cancelled", "cancelled")


def test_after_a_second_cancel_no_finally_begins_any_more(begin: Begin) -> None:
    run = begin(guard())
    run.is_cancelled()
    run.is_cancelled()
    run.obeys("body")
    assert (run["tidy"], run["close"], run.status) == ("cancelled", None, "cancelled")


def test_a_second_cancel_ends_a_finally_in_which_something_only_waits(begin: Begin) -> None:
    nodes = [node("guard", "try"), node("body", "call", "guard"), node("tidy", "finally", "guard")]
    run = begin([*nodes, node("event", "wait_for_event", "tidy")])
    run.is_cancelled()
    run.obeys("body")
    assert run["event"] == "waiting"
    run.is_cancelled()
    assert (run["tidy"], run["guard"], run.status) == ("cancelled", "cancelled", "cancelled")


# --- stop ---


def test_a_stop_in_a_map_ends_the_run_as_succeeded_and_cancels_the_rest(begin: Begin) -> None:
    nodes = [*each(node("halt", "stop", "each", output={"at": "{{ index }}"})), node("other")]
    run = begin(nodes, ["send > halt"], [1, 2], settings=DRAIN)
    run.succeeds("send#1")
    assert (run["halt#1"], run.told) == ("succeeded", ["other", "send#0"])
    run.obeys("other")
    run.obeys("send#0")
    assert (run["each"], run.status, run.output) == ("cancelled", "succeeded", {"at": 1})


def test_a_stop_lets_finallys_run_that_can_not_change_the_end(begin: Begin) -> None:
    run = begin(guard(node("halt", "stop", "guard", output="done")), ["body > halt"])
    run.succeeds("body")
    assert (run["halt"], run.running) == ("succeeded", ["close"])
    run.fails("close", "Stuck")
    assert (run["guard"], run.status, run.output) == ("cancelled", "succeeded", "done")


# --- deciding elsewhere ---


def test_items_that_are_costly_to_find_are_asked_for_and_the_map_runs_meanwhile(begin: Begin) -> None:
    nodes = each()
    nodes[0]["config"]["items"] = "{{ $map(input, function($v) { $v * 2 }) }}"
    run = begin([*nodes, node("seen", "set", "each", values={"item": "{{ item }}"})], [], [1, 2])
    assert (run["each"], run.started) == ("running", ["each"])
    run.is_evaluated("each")
    assert run.output_of("seen#1") == {"item": 4}


def test_other_items_go_on_while_the_value_of_one_is_asked_for(begin: Begin) -> None:
    output = "{{ $sum($map([1, 2], function($v) { $v * index })) }}"
    run = begin(each(concurrency=1, item_output=output), [], ["x", "y"])
    run.succeeds("send#0")
    assert run.running == ["send#1"]
    run.succeeds("send#1")
    assert run["each"] == "running"
    run.is_evaluated("each")
    run.is_evaluated("each")
    assert run.output == {"each": [0, 3]}
