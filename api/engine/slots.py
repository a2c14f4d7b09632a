"""What a run is named by and limited by when it begins: texts of the definition's settings, rendered at the door."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from api.engine.errors import InvalidInput
from interpreter.expressions import ExpressionFailure, parse_template, workflow_meter
from interpreter.json_value import Json, JsonObject

Policy = Literal["queue", "skip", "cancel_older", "coalesce"]
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Concurrency:
    """How many runs of a workflow may go on at a time, altogether or for each key."""

    limit: int
    key: str | None = None
    policy: Policy = "queue"

    @classmethod
    def of(cls, settings: JsonObject) -> "Concurrency | None":
        """What the settings of a checked definition say."""
        told = settings.get("concurrency")
        return None if told is None else cls(told["limit"], told.get("key"), told.get("policy") or "queue")


@dataclass(frozen=True, slots=True)
class Slot:
    """What runs of one key share."""

    name: str
    limit: int
    policy: Policy
    by_key: bool


def slot_of(concurrency: Concurrency | None, workflow_id: str, input: Json, trigger: JsonObject, at: datetime) -> Slot | None:
    """The slot that a run needs; raises `InvalidInput` when its key can't be rendered."""
    if concurrency is None:
        return None
    name = workflow_id
    if concurrency.key is not None:
        text = rendered_key(concurrency.key, "settings.concurrency.key", input, trigger, at)
        name = f"{workflow_id}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
    return Slot(name, concurrency.limit, concurrency.policy, concurrency.key is not None)


def rendered_key(template: str, field: str, input: Json, trigger: JsonObject, at: datetime) -> str:
    """The text of a key; raises `InvalidInput` naming the field."""
    at_ms = round(at.timestamp() * 1000)
    try:
        value = parse_template(template).render({"input": input, "trigger": trigger}, workflow_meter(at_ms, field))
    except ExpressionFailure as failure:
        raise InvalidInput(f"{field}: {failure.message}") from None
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text
