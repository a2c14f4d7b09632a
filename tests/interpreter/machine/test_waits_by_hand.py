"""Waits, approvals, child runs, interventions, scopes and the status of the run, by hand, for both implementations."""

from typing import Any

import pytest

from interpreter.machine.events import ChildEnded
from tests.interpreter.machine.by_hand import Begin, node

DRAIN = {"on_failure": "drain"}
RETRIES = [{"errors": ["HttpError"], "max_attempts": 2, "initial_interval": "2s", "jitter": "none"}]


# --- waits ---


def test_a_wait_gives_the_time_until_which_it_waited(begin: Begin) -> None:
    run = begin([node("pause", "wait", duration="90s")])
    assert (run["pause"], run.status, run.timers) == ("waiting", "waiting", {"wait:pause": 90_000})
    run.fires("wait:pause")
    assert run.output == {"pause": {"until": "1970-01-01T00:18:10.000Z"}}


def test_a_wait_takes_a_number_of_seconds_or_a_time(begin: Begin) -> None:
    until = "1970-01-01T00:17:00Z"
    run = begin([node("some", "wait", duration="{{ input }}"), node("until", "wait", until=until)], [], 1.5)
    assert run.timers == {"wait:some": 1_500, "wait:until": 20_000}


def test_a_deadline_shorter_than_its_wait_fails_it(begin: Begin) -> None:
    run = begin([node("pause", "wait", duration="90s", timeout="2s")])
    run.fires("deadline:pause")
    assert (run["pause"], run.error) == ("failed", ("Timeout", "pause"))


def test_an_event_leaves_by_out_with_its_payload(begin: Begin) -> None:
    run = begin([node("event", "wait_for_event", timeout="1h"), node("late", "noop")], ["event.timeout > late"])
    run.is_answered("event", {"n": 1})
    assert (run.output_of("event"), run["late"], run.timers) == ({"n": 1}, "skipped", {})


def test_a_wait_for_an_event_leaves_by_timeout_with_null(begin: Begin) -> None:
    run = begin([node("event", "wait_for_event", timeout="1h"), node("late", "noop")], ["event.timeout > late"])
    run.fires("deadline:event")
    assert (run["event"], run.output_of("event"), run["late"]) == ("succeeded", None, "succeeded")


# --- approvals ---


def asked(**config: Any) -> tuple[list[dict[str, Any]], list[str]]:
    nodes = [node("ask", "approval", title="ok?", **config), *(node(name, "noop") for name in ("yes", "no", "late"))]
    return nodes, ["ask.approved > yes", "ask.rejected > no", "ask.timeout > late"]


def test_as_many_approvals_as_the_quorum_says_approve(begin: Begin) -> None:
    run = begin(*asked(quorum=2))
    run.is_answered("ask", decision="approve", reason="fine", form={"a": 1}, by="ann")
    assert run["ask"] == "waiting"
    run.is_answered("ask", decision="approve", reason="", form=None, by="ben")
    assert (run["yes"], run["no"], run["late"]) == ("succeeded", "skipped", "skipped")
    output = run.output_of("ask")
    assert (output["decision"], output["by"]) == ("approve", "ben")
    assert [one["by"] for one in output["answers"]] == ["ann", "ben"]


def test_the_first_reject_rejects(begin: Begin) -> None:
    run = begin(*asked(quorum=3))
    run.is_answered("ask", decision="approve", reason="", form=None, by="ann")
    run.is_answered("ask", decision="reject", reason="no budget", form=None, by="ben")
    assert run["no"] == "succeeded"
    assert (run.output_of("ask")["decision"], run.output_of("ask")["reason"]) == ("reject", "no budget")


def test_an_escalation_changes_nothing_but_who_may_answer(begin: Begin) -> None:
    run = begin(*asked(timeout="1h", escalation={"after": "10m", "approvers": ["chief@ledger.example"]}))
    assert run.timers == {"escalation:ask": 600_000, "deadline:ask": 3_600_000}
    run.fires("escalation:ask")
    assert (run["ask"], list(run.timers)) == ("waiting", ["deadline:ask"])
    run.fires("deadline:ask")
    assert (run["late"], run.output_of("ask")) == ("succeeded", None)


def test_answers_are_accepted_while_the_run_is_paused_and_what_follows_waits(begin: Begin) -> None:
    run = begin(*asked())
    run.is_paused()
    run.is_answered("ask", decision="approve", reason="", form=None, by="ann")
    assert (run["ask"], run["yes"]) == ("succeeded", "pending")
    run.is_resumed()
    assert run["yes"] == "succeeded"


# --- child runs ---


def test_a_waited_child_gives_its_output(begin: Begin) -> None:
    run = begin([node("child", "run_workflow", workflow="wf", input={"n": "{{ input }}"})], [], 3)
    assert run.driver.requests["child"]["input"] == {"n": 3}
    run.child_starts("child", "ws-1-child")
    assert run["child"] == "running"
    run.child_ends("child", "succeeded", {"m": 4})
    assert run.output == {"child": {"run_id": "ws-1-child", "output": {"m": 4}}}


def test_a_late_repetition_of_an_earlier_childs_end_changes_nothing(begin: Begin) -> None:
    run = begin([node("child", "run_workflow", workflow="wf", on_error="hold")])
    run.child_starts("child", "ws-1-first")
    run.child_ends("child", "failed")
    run.intervenes("child", "retry")
    run.child_starts("child", "ws-1-second")
    run.driver.tell(ChildEnded(run.driver.now_ms, "child", "ws-1-first", "failed"))
    assert run["child"] == "running"
    run.child_ends("child", "succeeded", {"m": 4})
    assert run.output == {"child": {"run_id": "ws-1-second", "output": {"m": 4}}}


def test_a_detached_child_succeeds_when_it_has_begun(begin: Begin) -> None:
    run = begin([node("child", "run_workflow", workflow="wf", wait=False)])
    run.child_starts("child", "ws-1-child")
    assert run.output == {"child": {"run_id": "ws-1-child"}}


@pytest.mark.parametrize(
    ("status", "name"),
    [("failed", "ChildRunFailed"), ("cancelled", "ChildRunCancelled"), ("timed_out", "ChildRunTimedOut")],
)
def test_a_child_that_ends_otherwise_fails_the_node(begin: Begin, status: str, name: str) -> None:
    run = begin([node("child", "run_workflow", workflow="wf")])
    run.child_starts("child", "ws-1-child")
    run.child_ends("child", status)
    assert run.error == (name, "child")


def test_a_waited_child_is_told_to_cancel_also_when_its_frame_drains(begin: Begin) -> None:
    run = begin([node("child", "run_workflow", workflow="wf"), node("slow"), node("bad")], settings=DRAIN)
    run.child_starts("child", "ws-1-child")
    run.fails("bad")
    assert (list(run.driver.children_told), run.told) == (["child"], [])
    run.child_ends("child", "succeeded", 1)
    assert run["child"] == "cancelled"
    run.succeeds("slow")
    assert run.status == "failed"


def test_a_child_that_begins_after_the_cancel_is_told_then(begin: Begin) -> None:
    run = begin([node("child", "run_workflow", workflow="wf")])
    run.is_cancelled()
    assert list(run.driver.children_told) == []
    run.child_starts("child", "ws-1-child")
    assert (list(run.driver.children_told), run["child"]) == (["child"], "running")
    run.child_ends("child", "cancelled")
    assert (run["child"], run.status) == ("cancelled", "cancelled")


# --- holding and intervening ---


def test_a_held_node_is_tried_again_when_a_person_says_so(begin: Begin) -> None:
    run = begin([node("send", on_error="hold"), node("after", "noop")], ["send > after"])
    run.fails("send", "Refused")
    assert (run["send"], run.status, run["after"]) == ("waiting", "waiting", "pending")
    run.intervenes("send", "retry")
    assert (run["send"], run.driver.seen["send"]["attempt"]) == ("running", 2)
    run.succeeds("send")
    assert run["after"] == "succeeded"


@pytest.mark.parametrize(("action", "ends"), [("skip", "skipped"), ("output", "succeeded"), ("fail", "failed")])
def test_a_held_node_ends_as_a_person_says(begin: Begin, action: str, ends: str) -> None:
    run = begin([node("send", on_error="hold"), node("after", "noop")], ["send > after"])
    run.fails("send", "Refused")
    run.intervenes("send", action, {"n": 1} if action == "output" else None)
    assert run["send"] == ends
    assert run["after"] == {"skip": "skipped", "output": "succeeded", "fail": "cancelled"}[action]
    assert run.status == ("failed" if action == "fail" else "succeeded")


def test_an_output_may_be_given_with_a_port(begin: Begin) -> None:
    nodes = [node("wait", "wait", duration="1h"), node("choose", "if", condition="{{ true }}")]
    run = begin([*nodes, node("yes", "noop"), node("no", "noop")], ["wait > choose.true > yes", "choose.false > no"])
    run.intervenes("choose", "output", {"port": "false"}, "false")
    assert (run["choose"], run["yes"], run["no"]) == ("succeeded", "skipped", "succeeded")


def test_skipping_a_retrying_node_closes_its_pause(begin: Begin) -> None:
    run = begin([node("send", retry=RETRIES), node("slow")])
    run.fails("send", "HttpError", retryable=True)
    run.intervenes("send", "skip")
    assert (run["send"], run.timers) == ("skipped", {})


def test_held_nodes_end_when_their_frame_begins_to_end(begin: Begin) -> None:
    run = begin([node("send", on_error="hold"), node("bad")], settings=DRAIN)
    run.fails("send")
    run.fails("bad", "Refused")
    assert (run["send"], run.status, run.error) == ("cancelled", "failed", ("Refused", "bad"))


def test_a_node_that_fails_while_its_frame_drains_is_not_held(begin: Begin) -> None:
    run = begin([node("send", on_error="hold"), node("bad")], settings=DRAIN)
    run.fails("bad", "Refused")
    run.fails("send")
    assert (run["send"], run.status) == ("failed", "failed")


def test_a_held_container_that_is_tried_again_has_its_deadline_afresh(begin: Begin) -> None:
    nodes = [node("each", "map", items="{{ input }}", on_error="hold", timeout="9s"), node("send", "call", "each")]
    run = begin(nodes, [], [1])
    run.fails("send#0")
    assert (run["each"], run.timers) == ("waiting", {})
    run.intervenes("each", "retry")
    assert (run["each"], run["send#0"], run.timers) == ("running", "running", {"deadline:each": 9_000})
    run.succeeds("send#0", "a")
    assert run.output == {"each": ["a"]}


# --- retry lists ---


def test_each_policy_of_a_list_counts_the_failures_it_matched(begin: Begin) -> None:
    second = {"max_attempts": 3, "initial_interval": "1s", "backoff": 3.0, "jitter": "none"}
    run = begin([node("send", retry=[*RETRIES, second])])
    run.fails("send", "Timeout", retryable=True)
    assert run.timers == {"retry:send": 1_000}
    run.fires("retry:send")
    run.fails("send", "HttpError", retryable=True)
    assert run.timers == {"retry:send": 2_000}
    run.fires("retry:send")
    run.fails("send", "Timeout", retryable=True)
    assert run.timers == {"retry:send": 3_000}
    run.fires("retry:send")
    run.fails("send", "HttpError", retryable=True)
    assert (run["send"], run.error) == ("failed", ("HttpError", "send"))


def test_an_error_that_no_policy_matches_is_final(begin: Begin) -> None:
    run = begin([node("send", retry=RETRIES)])
    run.fails("send", "Odd", retryable=True)
    assert run.error == ("Odd", "send")


def test_what_a_policy_has_counted_goes_on_when_a_person_tries_a_held_node_again(begin: Begin) -> None:
    run = begin([node("send", retry=RETRIES, on_error="hold")])
    run.fails("send", "HttpError", retryable=True)
    run.fires("retry:send")
    run.fails("send", "HttpError", retryable=True)
    assert run["send"] == "waiting"
    run.intervenes("send", "retry")
    run.fails("send", "HttpError", retryable=True)
    assert (run["send"], run.timers) == ("waiting", {})


def test_a_retry_pause_goes_on_while_the_run_is_paused(begin: Begin) -> None:
    run = begin([node("send", retry=RETRIES)])
    run.fails("send", "HttpError", retryable=True)
    run.is_paused()
    run.fires("retry:send")
    assert run.running == ["send"]


# --- what stands where, and the status of the run ---


def test_the_nearest_frame_that_has_a_name_gives_it(begin: Begin) -> None:
    nodes = [
        node("each", "map", items="{{ ['x', 'y'] }}"),
        node("again", "loop", "each", until="{{ index >= 1 }}", initial="{{ item }}"),
        node("seen", "set", "again", values={"item": "{{ item }}", "index": "{{ index }}", "count": "{{ count }}"}),
    ]
    run = begin(nodes)
    assert run.output_of("seen#1.0") == {"item": "y", "index": 0, "count": 2}
    assert run.output["each"][0] == {"item": "x", "index": 1, "count": 2}


def test_a_node_of_an_outer_frame_is_seen_from_inside_and_not_the_other_way_round(begin: Begin) -> None:
    nodes = [
        node("first", "set", values={"n": 1}),
        node("each", "map", items="{{ [1] }}"),
        node("inner", "set", "each", values={"n": "{{ nodes.first.n + 1 }}"}),
        node("after", "set", values={"found": "{{ nodes.inner.n ?? 'nothing' }}"}),
    ]
    run = begin(nodes, ["first > each > after"])
    assert run.output == {"after": {"found": "nothing"}}
    assert run.output_of("inner#0") == {"n": 2}


def test_the_run_waits_only_when_nothing_runs_or_retries(begin: Begin) -> None:
    nodes = [node("each", "map", items="{{ [1] }}"), node("event", "wait_for_event", "each"), node("slow")]
    run = begin(nodes)
    assert run.status == "running"
    run.succeeds("slow")
    assert run.status == "waiting"
    run.is_answered("event#0", 1)
    assert run.status == "succeeded"


def test_only_the_first_answer_of_a_run_counts(begin: Begin) -> None:
    nodes = [node("one", "respond", output={"n": 1}), node("two", "respond", output={"n": 2}, on_error="continue")]
    run = begin(nodes, ["one > two"])
    assert (run["two"], run.error_of("two")) == ("failed", ("AlreadyResponded", "two"))
    assert [one["output"] for one in run.driver.responses] == [{"n": 1}]


def test_the_timeout_of_a_run_cancels_what_runs_and_finallys_still_run(begin: Begin) -> None:
    nodes = [
        node("guard", "try"),
        node("body", "call", "guard"),
        node("tidy", "finally", "guard"),
        node("close", "call", "tidy"),
    ]
    run = begin(nodes, settings={"timeout": "1m", **DRAIN})
    assert run.timers == {"timeout": 60_000}
    run.fires("timeout")
    assert run.told == ["body"]
    run.obeys("body")
    run.succeeds("close")
    assert (run.status, run.error) == ("timed_out", ("RunTimeout", None))


def test_a_cancel_stops_the_draining_of_a_failed_run_and_it_stays_failed(begin: Begin) -> None:
    run = begin([node("slow"), node("bad")], settings=DRAIN)
    run.fails("bad", "Refused")
    assert run.told == []
    run.is_cancelled()
    assert run.told == ["slow"]
    run.obeys("slow")
    assert (run.status, run.error) == ("failed", ("Refused", "bad"))


def test_an_answer_to_a_question_that_was_given_up_changes_nothing(begin: Begin) -> None:
    condition = "{{ $count($filter([1, 2], function($v) { $v > input })) > 0 }}"
    run = begin([node("choose", "if", condition=condition), node("slow")], [], 1)
    assert (run["choose"], len(run.driver.questions)) == ("running", 1)
    run.is_cancelled()
    assert (run["choose"], run.driver.questions) == ("cancelled", [])
    run.obeys("slow")
    assert run.status == "cancelled"


def test_an_output_of_the_run_that_is_costly_is_asked_for_at_the_end(begin: Begin) -> None:
    output = {"sum": "{{ $sum($map(nodes.load, function($v) { $v })) }}"}
    run = begin([node("load")], output=output)
    run.succeeds("load", [1, 2, 3])
    assert run.status == "running"
    run.is_evaluated(None)
    assert (run.status, run.output) == ("succeeded", {"sum": 6})


def test_a_hundred_pure_iterations_above_the_budget_go_on_after_continue(begin: Begin) -> None:
    nodes = [node("again", "loop", max_iterations=1_000, **{"while": "{{ index < 400 }}"})]
    inner = [node(f"n{place}", "noop", "again") for place in range(6)]
    run = begin([*nodes, *inner], [" > ".join(one["id"] for one in inner)])
    assert (run.status, run.output) == ("succeeded", {"again": None})
    assert run.driver.continues > 0
