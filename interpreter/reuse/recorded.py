"""The words of a rerun: what is recorded of the run before, what is wished for, and what is made of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NotRequired, TypedDict

from interpreter.json_value import Json, JsonObject
from interpreter.protocol import ErrorValue, NodeStatus

START = "start"
FAILED = "failed"
FAILED_ITEMS = "failed-items"
Path = tuple[int, ...]
"""The indices of the items and iterations around an instance, from the outside in."""


class RecordedEnd(TypedDict):
    """How an instance ended, as the machine takes it over."""

    status: NodeStatus
    """`succeeded`, `failed` or `skipped`."""
    port: str | None
    output: Json
    error: ErrorValue | None
    attempts: int
    edited: NotRequired[bool]
    """A person gave this output for the rerun."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What has to be known of a recorded instance to decide on it; its output is not among that."""

    status: NodeStatus
    port: str | None
    failed_inside: bool = False
    """It has an error, its own or one that came from inside of it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a rerun is asked to do."""

    origin: str = START
    """`start`, `failed`, `failed-items`, a node id, or an instance key."""
    overrides: Mapping[str, Json] = field(default_factory=dict)
    """Outputs by instance key, which people gave."""
    input_changed: bool = False


ReasonCode = Literal[
    "reused", "inside", "edited", "chosen", "from_start", "not_succeeded", "failed_item", "upstream", "around", "earlier",
    "contains", "definition", "settings", "input", "never_reused", "not_recorded", "by_item",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an instance in the rerun, and why."""

    key: str
    reused: bool
    code: ReasonCode
    reason: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a rerun reuses, instance by instance, in the order of the definition and of the indices."""

    verdicts: tuple[Verdict, ...]
    offered: tuple[str, ...]
    """The keys whose recorded ends the machine is given: those inside of a reused container are not among them."""
    by_item: tuple[str, ...] = ()
    """Maps that run anew and in which an item is reused where it is equal to the recorded one."""


@dataclass(slots=True)
class Reuse:
    """What the machine is given: recorded ends by instance key, and for maps compared item by item their old items."""

    ends: dict[str, RecordedEnd] = field(default_factory=dict)
    items: dict[str, JsonObject] = field(default_factory=dict)
    """By the map's key: `{"first", "items"}`, a list or a reference to one, that begins with the item `first`."""


def key_of(node_id: str, path: Path) -> str:
    """The key of a node's instance."""
    return f"{node_id}#{'.'.join(map(str, path))}" if path else node_id


def place_in(key: str) -> tuple[str, Path]:
    """The node id and the path of a key; raises `ValueError` for what is none."""
    node_id, _, path = key.partition("#")
    return node_id, tuple(int(index) for index in path.split(".")) if path else ()
