"""How a rerun repeats its parent: kept with its row, since what it reuses is read again by every execution of it."""

from dataclasses import asdict, dataclass, field
from typing import Any

from interpreter.json_value import Json, JsonObject
from interpreter.reuse import START, Wish


@dataclass(frozen=True, slots=True)
class RerunOptions:
    """What was asked for."""

    origin: str
    """`start`, `failed`, `failed-items`, a node id, or an instance key."""
    definition: Any = "original"
    """`original`, `latest`, `draft`, or a version."""
    overrides: dict[str, JsonObject] = field(default_factory=dict)
    """By instance key `{"output", "port"}`."""
    input_changed: bool = False
    by: str = ""
    """Who asked for it."""
    children: dict[str, str] = field(default_factory=dict)
    """By instance key the run that takes the place of the child that it would start: that one is a rerun as well."""

    @property
    def reuses(self) -> bool:
        """Whether there is anything to take over."""
        return self.origin != START or bool(self.overrides)

    @property
    def wish(self) -> Wish:
        outputs: dict[str, Json] = {key: told["output"] for key, told in self.overrides.items()}
        return Wish(self.origin, outputs, self.input_changed)

    def to_json(self) -> JsonObject:
        return asdict(self)

    @classmethod
    def of(cls, told: Json) -> "RerunOptions | None":
        """The options that `to_json` gave; None for a run that is no rerun."""
        return None if told is None else cls(**told)
