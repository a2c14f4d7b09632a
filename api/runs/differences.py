"""Where two runs of the same workflow part: the first instance, in order of start, that did not end alike."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from interpreter.json_value import Json
from interpreter.protocol import NodeRow

_SHOWN_BYTES = 2_000
_ABSENT = "absent"
Field = Literal["presence", "status", "port", "error", "output"]


@dataclass(frozen=True, slots=True)
class Difference:
    key: str
    node_id: str
    field: Field
    pointer: str
    """Where in the output, as a JSON Pointer; empty for the other fields."""
    before: Json
    after: Json


def first_difference(before: Sequence[NodeRow], after: Sequence[NodeRow]) -> Difference | None:
    """None when every instance ended alike. Instances that the first run has not got come last."""
    other = {row["key"]: row for row in after}
    for row in before:
        found = _difference(row, other.pop(row["key"], None))
        if found is not None:
            return found
    for row in other.values():
        return Difference(row["key"], row["node_id"], "presence", "", _ABSENT, row["status"])
    return None


def _difference(row: NodeRow, other: NodeRow | None) -> Difference | None:
    place = row["key"], row["node_id"]
    if other is None:
        return Difference(*place, "presence", "", row["status"], _ABSENT)
    if row["status"] != other["status"]:
        return Difference(*place, "status", "", row["status"], other["status"])
    if row.get("port") != other.get("port"):
        return Difference(*place, "port", "", row.get("port"), other.get("port"))
    names = [error and error["name"] for error in (row["error"], other["error"])]
    if names[0] != names[1]:
        return Difference(*place, "error", "", *names)
    parted = first_pointer(row["output"], other["output"])
    if parted is None:
        return None
    pointer, one, two = parted
    return Difference(*place, "output", pointer, _shown(one), _shown(two))


def first_pointer(before: Json, after: Json, at: str = "") -> tuple[str, Json, Json] | None:
    """The JSON Pointer at which two values differ first, and what stands there in each."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            here = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in before or name not in after:
                return here, before.get(name, _ABSENT), after.get(name, _ABSENT)
            found = first_pointer(before[name], after[name], here)
            if found is not None:
                return found
        return None
    if isinstance(before, list) and isinstance(after, list):
        for index, (one, two) in enumerate(zip(before, after, strict=False)):
            found = first_pointer(one, two, f"{at}/{index}")
            if found is not None:
                return found
        if len(before) == len(after):
            return None
        shorter = min(len(before), len(after))
        parts = [value[shorter] if shorter < len(value) else _ABSENT for value in (before, after)]
        return f"{at}/{shorter}", parts[0], parts[1]
    same = before == after and isinstance(before, bool) == isinstance(after, bool)
    return None if same else (at, before, after)


def _shown(value: Json) -> Json:
    """Short enough for a list of runs."""
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= _SHOWN_BYTES else text[:_SHOWN_BYTES] + "…"
