"""One story for each node type: what an instance does between its begin and its end.

A story yields the status it stands in and is sent what happens to it: the outcome of an activity, `DUE` or
`DEADLINE` for its timers, an answer, a child's news, the answer to an evaluation, or None when one of its
frames has ended.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from interpreter.duration import parse_duration
from interpreter.expressions import ExpressionFailure, activity_meter, parse_template
from interpreter.transforms.matches import render_list
from tests.interpreter.machine.reference.boxes import Box, Error, Failed, Frame, Story

if TYPE_CHECKING:
    from tests.interpreter.machine.reference.run import ReferenceRun

DUE = "due"
DEADLINE = "deadline"
Asked = Generator[str, Any, Any]


def milliseconds(duration: Any) -> int:
    """Of a duration text, or of a number of seconds."""
    if isinstance(duration, int | float):
        return round(duration * 1000)
    return round(parse_duration(duration).total_seconds() * 1000)


def error_of(box: Box | None, name: str, **more: Any) -> Error:
    return {"name": name, "node_id": box and box.id, "key": box and box.key, **more}


def ask(run: "ReferenceRun", box: Box | None, field: str, template: Any, frame: Frame, extra: dict[str, Any]) -> Asked:
    """The value of a template: at once when it is cheap, else when somebody has evaluated it."""
    value = rendered(
        run, box, template, frame, extra, items=field == "items"
    )  # as things are when the question is asked
    if not parse_template(template).cheap:
        asking = run.asking_of(box)
        asking.append(field)
        answer = None
        while not isinstance(answer, Evaluation):
            answer = yield "running"
        asking.remove(field)
    if isinstance(value, Failed):
        raise value
    return value


def rendered(
    run: "ReferenceRun", box: Box | None, template: Any, frame: Frame, extra: dict[str, Any], items: bool = False
) -> Any:
    """The value of a template, or how it fails; of `items`, what may match many is a list also with one or none."""
    scope = {**run.shared, **frame.scope(extra)}
    try:
        if items:
            return render_list(template, "", scope, activity_meter(0, "reference"))
        return parse_template(template).render(scope, activity_meter(0, "reference"))
    except ExpressionFailure as failure:
        return Failed(error_of(box, failure.name))


class DeadlineOver(Failed):
    """Thrown into the story of a container whose deadline has come."""


@dataclass(frozen=True)
class Evaluation:
    """Sent into a story whose question has been answered elsewhere; the reference knows the answer itself."""

    field: str


def own(run: "ReferenceRun", box: Box, field: str, template: Any) -> Asked:
    """The value of a template that stands in the box's own frame."""
    return (yield from ask(run, box, field, template, box.frame, {}))


# --- services ---


def call(run: "ReferenceRun", box: Box) -> Story:
    """A service node; a list of retry policies is kept here, a single one is Temporal's own."""
    policies = box.node.get("retry")
    while True:
        outcome = yield "running"
        if "output" in outcome:
            return outcome["output"], outcome.get("port", "out")
        pause = _pause(policies, outcome, box.matched) if isinstance(policies, list) else None
        if pause is None:
            raise Failed(error_of(box, outcome["error"]))
        box.timers[f"retry:{box.key}"] = run.now_ms + pause
        yield "retrying"


def _pause(policies: list[dict[str, Any]], outcome: dict[str, Any], matched: dict[int, int]) -> int | None:
    for place, policy in enumerate(policies):
        if policy.get("errors") and outcome["error"] not in policy["errors"]:
            continue
        matched[place] = matched.get(place, 0) + 1
        named = outcome["error"] in policy.get("errors", ())
        if outcome["error"] in policy.get("non_retryable", ()) or not (named or outcome.get("retryable")):
            return None
        if matched[place] >= policy.get("max_attempts", 3):
            return None
        pause = milliseconds(policy.get("initial_interval", "1s")) * policy.get("backoff", 2.0) ** (matched[place] - 1)
        return round(min(pause, milliseconds(policy.get("max_interval", "1m"))))
    return None


# --- what is decided at once ---


def noop(run: "ReferenceRun", box: Box) -> Story:
    return None, "out"
    yield


def set_values(run: "ReferenceRun", box: Box) -> Story:
    return (yield from own(run, box, "values", box.config["values"])), "out"


def merge(run: "ReferenceRun", box: Box) -> Story:
    edges = [edge for edge in box.frame.edges if edge["target"] == box.id]
    taken = [edge["source"] for edge in edges if box.frame.taken(edge)]
    return {source: box.frame.boxes[source].output for source in taken}, "out"
    yield


def choose_if(run: "ReferenceRun", box: Box) -> Story:
    port = "true" if (yield from _condition(run, box, "condition", box.config["condition"])) else "false"
    return {"port": port}, port


def switch(run: "ReferenceRun", box: Box) -> Story:
    for place, case in enumerate(box.config["cases"]):
        if (yield from _condition(run, box, f"cases/{place}/condition", case["condition"])):
            return {"port": case["port"]}, case["port"]
    return {"port": "default"}, "default"


def _condition(run: "ReferenceRun", box: Box, field: str, template: Any) -> Asked:
    return _boolean(box, (yield from own(run, box, field, template)))


def _boolean(box: Box, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Failed(error_of(box, "TypeError"))
    return value


def fail(run: "ReferenceRun", box: Box) -> Story:
    name = yield from own(run, box, "name", box.config.get("name", "Failed"))
    yield from own(run, box, "message", box.config.get("message", ""))
    if not isinstance(name, str) or not name:
        raise Failed(error_of(box, "TypeError"))
    raise Failed(error_of(box, name))


def stop(run: "ReferenceRun", box: Box) -> Story:
    return (yield from own(run, box, "output", box.config.get("output"))), "stop"


def respond(run: "ReferenceRun", box: Box) -> Story:
    response = {}
    for field, default in (("output", None), ("status", 200), ("headers", {})):
        response[field] = yield from own(run, box, field, box.config.get(field, default))
    if run.response is not None:
        raise Failed(error_of(box, "AlreadyResponded"))
    run.response = response
    return None, "out"


# --- waiting ---


def wait(run: "ReferenceRun", box: Box) -> Story:
    if "duration" in box.config:
        until = run.now_ms + milliseconds((yield from own(run, box, "duration", box.config["duration"])))
    else:
        until = yield from own(run, box, "until", box.config["until"])
        if isinstance(until, str):
            until = round(datetime.fromisoformat(until).timestamp() * 1000)
    if until > run.now_ms:
        box.timers[f"wait:{box.key}"] = until
        happened = yield "waiting"
        if happened == DEADLINE:
            raise Failed(error_of(box, "Timeout"))
    moment = datetime.fromtimestamp(until / 1000, UTC).isoformat(timespec="milliseconds")
    return {"until": moment.replace("+00:00", "Z")}, "out"


def wait_for_event(run: "ReferenceRun", box: Box) -> Story:
    box.waits = True
    happened = yield "waiting"
    if happened == DEADLINE:
        return None, "timeout"
    return happened["payload"], "out"


def approval(run: "ReferenceRun", box: Box) -> Story:
    for field in ("title", "message"):
        yield from own(run, box, field, box.config.get(field, ""))
    if "escalation" in box.config:
        box.timers[f"escalation:{box.key}"] = run.now_ms + milliseconds(box.config["escalation"]["after"])
    answers: list[dict[str, Any]] = []
    while True:
        box.waits = True
        happened = yield "waiting"
        if happened == DEADLINE:
            return None, "timeout"
        if happened == DUE:
            continue  # escalated: more people may answer, nothing else changes
        answers.append({name: happened.get(name) for name in ("by", "decision", "reason", "form")})
        approved = {one["by"] for one in answers if one["decision"] == "approve"}
        if happened["decision"] == "reject" or len(approved) >= box.config.get("quorum", 1):
            port = "rejected" if happened["decision"] == "reject" else "approved"
            return {**answers[-1], "answers": answers}, port


def run_workflow(run: "ReferenceRun", box: Box) -> Story:
    yield from own(run, box, "input", box.config.get("input", {}))
    waited = box.config.get("wait", True)
    box.child = "starting"
    happened = yield "running"
    if "refused" in happened:
        raise Failed(error_of(box, happened["refused"]))
    if not waited:
        return {"run_id": happened["child_id"]}, "out"
    box.child = happened["child_id"]
    if "status" not in happened:  # the news of its end may overtake those of its begin
        happened = yield "running"
    if happened["status"] == "succeeded":
        return {"run_id": box.child, "output": happened["output"]}, "out"
    names = {"cancelled": "ChildRunCancelled", "timed_out": "ChildRunTimedOut"}
    raise Failed(error_of(box, names.get(happened["status"], "ChildRunFailed")))


# --- containers ---


def map_items(run: "ReferenceRun", box: Box) -> Story:
    items = yield from own(run, box, "items", box.config["items"])
    if not isinstance(items, list):
        raise Failed(error_of(box, "TypeError"))
    ends: dict[int, Any] = {}
    """Index -> value, or how the item failed; in the order in which that was known."""
    asked: dict[str, tuple[int, Any]] = {}
    consumed = 0
    while len(ends) < len(items):
        while len(box.frames) < len(items) and len(box.open_frames) < box.config.get("concurrency", 10):
            index = len(box.frames)
            run.open(box, index, {"item": items[index], "index": index, "count": len(items)})
        happened = yield "running"
        if isinstance(happened, Evaluation):
            box.asking.remove(happened.field)
            index, value = asked.pop(happened.field)
            ends[index] = value
        for frame in box.ended_frames[consumed:]:
            consumed += 1
            index, value, field = (
                frame.names["index"],
                _item_value(run, box, frame),
                _field(box, "item_output", frame.names["index"]),
            )
            if frame.error is None and not parse_template(box.config.get("item_output")).cheap:
                asked[field] = index, value
                box.asking.append(field)
            else:
                ends[index] = value
        _settle(box, ends, len(items))
    return [None if isinstance(ends[index], Failed) else ends[index] for index in range(len(items))], "out"


def _item_value(run: "ReferenceRun", box: Box, frame: Frame) -> Any:
    """The value of an item whose frame has ended, or how it failed."""
    if frame.error is not None:
        return Failed(frame.error)
    if box.config.get("item_output") is None:
        return frame.value()
    return rendered(run, box, box.config["item_output"], frame, {})


def _settle(box: Box, ends: dict[int, Any], count: int) -> None:
    """Fails the map when too many items have failed; the error shows also when they are tolerated."""
    failures = [{"index": index, "error": end.error} for index, end in ends.items() if isinstance(end, Failed)]
    if not failures:
        return
    error = {**failures[0]["error"], "items": failures}
    if _too_many(len(failures), count, box.config.get("tolerated_failures", 0)):
        raise Failed(error)
    if len(ends) == count:
        box.error = error


def _field(box: Box, field: str, index: int) -> str:
    """What a question about one frame of a container is called."""
    return f"{field}#{index}"


def _too_many(failures: int, count: int, tolerated: int | str) -> bool:
    if isinstance(tolerated, str):
        return failures * 100 > float(tolerated.removesuffix("%")) * count
    return failures > tolerated


def loop(run: "ReferenceRun", box: Box) -> Story:
    config = box.config
    carry = yield from own(run, box, "initial", config.get("initial"))
    index = 0
    while True:
        if "while" in config:
            names = {"carry": carry, "index": index}
            if not _boolean(
                box, (yield from ask(run, box, _field(box, "while", index), config["while"], box.frame, names))
            ):
                return carry, "out"
        if index >= config.get("max_iterations", 1000):
            raise Failed(error_of(box, "LoopLimit"))
        if index > 0 and "delay" in config:
            yield from _delay(run, box, milliseconds(config["delay"]))
        frame = run.open(box, index, {"index": index, "carry": carry})
        yield "running"
        while not frame.ended:
            yield "running"
        if frame.error is not None:
            raise Failed(frame.error)
        carry = frame.value()
        if config.get("next") is not None:
            carry = yield from ask(run, box, _field(box, "next", index), config["next"], frame, {})
        if "until" in config:
            names = {"carry": carry, "index": index}
            if _boolean(box, (yield from ask(run, box, _field(box, "until", index), config["until"], frame, names))):
                return carry, "out"
        index += 1


def _delay(run: "ReferenceRun", box: Box, pause_ms: int) -> Asked:
    box.timers[f"delay:{box.key}"] = run.now_ms + pause_ms
    while (yield "running") != DUE:
        pass


def try_body(run: "ReferenceRun", box: Box) -> Story:
    frame = run.open(box, None, {})
    yield "running"
    while not frame.ended:
        yield "running"
    if frame.error is not None:
        box.error = frame.error
        return None, "error"
    if frame.final is not None and frame.final.status == "failed":
        raise Failed(frame.final.error or {})
    return frame.value(), "out"


def finally_body(run: "ReferenceRun", box: Box) -> Story:
    frame = run.open(box, None, {})
    yield "running"
    while not frame.ended:
        yield "running"
    if frame.error is not None:
        raise Failed(frame.error)
    return frame.value(), "out"


def contained(run: "ReferenceRun", box: Box) -> Story:
    """A container's story; when it ends badly while frames are open, these are brought to their end first."""
    try:
        return (yield from STORIES[box.type](run, box))
    except Failed as failed:
        box.closing = True
        box.asking.clear()
        run.end_frames(box, drain=run.drains and not isinstance(failed, DeadlineOver))
        while box.open_frames:
            yield "running"
        raise


STORIES: dict[str, Callable[["ReferenceRun", Box], Story]] = {
    "core.http_request@1": call,
    "core.noop@1": noop,
    "core.set@1": set_values,
    "core.merge@1": merge,
    "core.if@1": choose_if,
    "core.switch@1": switch,
    "core.fail@1": fail,
    "core.stop@1": stop,
    "core.respond@1": respond,
    "core.wait@1": wait,
    "core.wait_for_event@1": wait_for_event,
    "core.approval@1": approval,
    "core.run_workflow@1": run_workflow,
    "core.map@1": map_items,
    "core.loop@1": loop,
    "core.try@1": try_body,
    "core.finally@1": finally_body,
}
