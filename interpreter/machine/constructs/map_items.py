"""`core.map@1`: runs its inner graph once per item."""

import re
from typing import Any

from pydantic import Field

from interpreter.json_value import Json, JsonObject
from interpreter.large_value import element_of, is_reference
from interpreter.machine.constructs.decision import (
    Construct,
    Decision,
    EndedFrame,
    Fails,
    FailsWith,
    Leaves,
    LeavesWithError,
    Outcome,
    Runs,
)
from interpreter.machine.evaluation import EvaluationFailed, Undecided
from interpreter.node_type import Kind, NodeConfig, NodeType
from interpreter.protocol import BATCH_ITEMS, ErrorValue

DEFAULT_CONCURRENCY = 10
MOST_AT_ONCE = 500
ERRORS_LISTED = 1_000
"""Of the items that failed so many are listed one by one."""
_LANES = 4
_PER_LANE = 25
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)%")


class MapConfig(NodeConfig):
    items: list[Json] = Field(description="What to go through: an expression that gives an array")
    concurrency: int = Field(default=DEFAULT_CONCURRENCY, ge=1, le=MOST_AT_ONCE, description="How many items at a time")
    tolerated_failures: int | str = Field(default=0, description='How many items may fail: a count, or a share such as "50%"')
    item_output: Json = Field(default=None, description="The value of an item; without it, what its last nodes gave")


def tolerated(told: Json, count: int) -> int | None:
    """How many of `count` items may fail; None when `told` is neither a count nor a share."""
    if isinstance(told, int) and not isinstance(told, bool) and told >= 0:
        return told
    match = _PERCENT.fullmatch(told) if isinstance(told, str) else None
    if match is None or float(match[1]) > 100:
        return None
    # Failures x 100 > percent x items fails the map: in whole thousandths, so that no rounding decides.
    return round(float(match[1]) * 1000) * count // 100_000


def _decide(decision: Decision) -> Outcome:
    wrong = None if "count" in decision.memory else _begin(decision)
    if wrong is not None:
        return wrong
    memory = decision.memory
    if "values" not in memory:
        memory.update(values=[], ended=0, failed=0, errors=[], next=memory["first"])
        memory["last"] = min(memory["first"] + BATCH_ITEMS, memory["count"]) if "is_batch" in memory else memory["count"]
        memory["values"] = [None] * (memory["last"] - memory["first"])
    if memory["count"] > BATCH_ITEMS and "is_batch" not in memory:
        return _decide_batches(decision)
    return _decide_items(decision)


def _begin(decision: Decision) -> Outcome | None:
    """Evaluates what the map goes through; what is wrong with it, if anything."""
    items = decision.items("items")
    concurrency = decision.value("concurrency") if "concurrency" in decision.config else DEFAULT_CONCURRENCY
    if not isinstance(items, list) and not (isinstance(items, dict) and "$items" in items):
        shown = "nothing" if items is None else type(items).__name__
        return Fails("TypeError", f"the items are {shown}, not an array", "give it a list; [ … ] makes one of one value")
    if not isinstance(concurrency, int) or not 1 <= concurrency <= MOST_AT_ONCE:
        return Fails("TypeError", f"the concurrency is not a whole number from 1 to {MOST_AT_ONCE}")
    count = len(items) if isinstance(items, list) else items["$items"]["count"]
    told = decision.value("tolerated_failures") if "tolerated_failures" in decision.config else 0
    allowed = tolerated(told, count)
    if allowed is None:
        return Fails("TypeError", 'tolerated_failures is neither a count nor a share such as "50%"')
    source = items if isinstance(items, list) else items["$items"]["chunks"]
    if count <= BATCH_ITEMS and not isinstance(items, list):
        source = source[0] if source else []
    decision.memory.update(count=count, first=0, source=source, concurrency=concurrency, tolerated=allowed)
    decision.show_input({"items": items})
    return None


# the items of one execution


def _decide_items(decision: Decision) -> Outcome:
    memory = decision.memory
    _consume(decision)
    if memory["failed"] > memory["tolerated"]:
        return _too_many(decision)
    source = _loaded(decision)
    while memory["next"] < memory["last"] and decision.open_count() < memory["concurrency"]:
        index = memory["next"]
        memory["next"] += 1
        decision.open_frame(index, {"item": _item(source, index - memory["first"]), "index": index, "count": memory["count"]})
    # Frames without anything to run have ended already.
    if memory["ended"] < memory["last"] - memory["first"]:
        return Runs()
    return _done(decision, [memory["values"]])


def _loaded(decision: Decision) -> Json:
    """The items of a batch, here when they are small; else each is read where it is needed."""
    memory = decision.memory
    if is_reference(memory["source"]) and "loaded" not in memory:
        memory["source"] = decision.gathered([memory["source"]])
        memory["loaded"] = True
    return memory["source"]


def _item(source: Json, place: int) -> Json:
    return element_of(source, place) if is_reference(source) else source[place]


def _consume(decision: Decision) -> None:
    memory = decision.memory
    for frame in decision.ended_frames():
        error = frame.error
        value: Json = None
        if error is None:
            try:
                value = decision.value_after("item_output", frame) if "item_output" in decision.config else frame.value
            except Undecided:
                continue
            except EvaluationFailed as failed:
                error = decision.own_error(failed.error["name"], failed.error["message"], failed.error.get("hint"))
        memory["ended"] += 1
        if error is None:
            memory["values"][frame.number - memory["first"]] = value
        else:
            _count_failure(memory, frame, error)
        decision.drop(frame)


def _count_failure(memory: JsonObject, frame: EndedFrame, error: ErrorValue) -> None:
    memory["failed"] += 1
    if len(memory["errors"]) < ERRORS_LISTED:
        memory["errors"].append({"index": frame.number, "error": error})


def _too_many(decision: Decision) -> Outcome:
    memory = decision.memory
    if "is_batch" in memory:
        return Leaves({"values": [], "failed": memory["failed"], "errors": memory["errors"]})
    return FailsWith(_map_error(memory))


def _done(decision: Decision, parts: list[Json]) -> Outcome:
    memory = decision.memory
    if decision.open_count():
        return Runs()
    values = decision.gathered(parts)
    if "is_batch" in memory:
        return Leaves({"values": values, "failed": memory["failed"], "errors": memory["errors"]})
    if memory["failed"]:
        return LeavesWithError(values, "out", _map_error(memory))
    return Leaves(values)


def _map_error(memory: JsonObject) -> ErrorValue:
    """The first failed item's error, with what became of each."""
    first: ErrorValue = memory["errors"][0]["error"]
    error: ErrorValue = {**first, "items": memory["errors"]}
    return error


# the batches of a large map


def _decide_batches(decision: Decision) -> Outcome:
    memory = decision.memory
    wrong = _consume_batches(decision)
    if wrong is not None:
        return wrong
    if memory["failed"] > memory["tolerated"]:
        return _too_many(decision)
    lanes = max(1, min(_LANES, memory["concurrency"] // _PER_LANE))
    share, rest = divmod(memory["concurrency"], lanes)
    free = [lane for lane in range(lanes) if lane not in memory.setdefault("lanes", {}).values()]
    while memory["next"] < memory["count"] and free:
        lane = free.pop(0)
        first = memory["next"]
        number = first // BATCH_ITEMS
        memory["next"] = min(first + BATCH_ITEMS, memory["count"])
        memory["lanes"][str(number)] = lane
        chunk = _chunk(memory["source"], number, memory["count"])
        left = memory["tolerated"] - memory["failed"]
        decision.start_batch(number, first, chunk, share + (1 if lane < rest else 0), left)
    if memory["ended"] < memory["count"]:
        return Runs()
    parts = memory["parts"]
    return _done(decision, [parts[str(number)] for number in range(len(parts))])


def _chunk(source: list[Json], number: int, count: int) -> Json:
    """The source is the list itself, or the references to its chunks."""
    if len(source) == count:
        return source[number * BATCH_ITEMS : (number + 1) * BATCH_ITEMS]
    return source[number]


def _consume_batches(decision: Decision) -> Outcome | None:
    memory = decision.memory
    results: dict[str, Any] = memory.pop("batch_results", {})
    parts = memory.setdefault("parts", {})
    for number, result in results.items():
        memory["lanes"].pop(number, None)
        if result is None:
            return Fails("BatchLost", "a part of the map was ended from outside of the run", "run it again from the failed items")
        size = min(BATCH_ITEMS, memory["count"] - int(number) * BATCH_ITEMS)
        memory["ended"] += size
        memory["failed"] += result["failed"]
        memory["errors"] = (memory["errors"] + result["errors"])[:ERRORS_LISTED]
        parts[number] = result["values"]
    return None


MAP = Construct(
    NodeType(
        id="core.map@1",
        title="For each",
        description="Runs the nodes inside it once for every item of a list.",
        category="Logic",
        kind=Kind.CONTROL,
        config=MapConfig,
        output_schema={"type": "array"},
        container=True,
    ),
    _decide,
    count_frames=lambda memory: (memory.get("ended", 0), memory.get("count", 0)),
)
