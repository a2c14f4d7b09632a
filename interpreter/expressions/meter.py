"""The deterministic budget of one rendering: steps, bytes and depth, never the clock."""

import hashlib
from collections.abc import Callable
from typing import Any

from interpreter.expressions.errors import ExpressionBudget

RegexEngine = Callable[[str, bool, bool], Any]
"""(pattern, ignore case, multiline) -> an object with `finditer(text)`."""

_BYTES_PER_STEP_SHIFT = 8
"""Building 256 bytes costs one step, so that a size budget bounds the time too."""

_STEPS_PER_DRAW = 4

WORKFLOW_STEPS = 5_000
WORKFLOW_SIZE = 64 * 1024
WORKFLOW_DEPTH = 256
QUICK_STEPS = 5_000
ACTIVITY_STEPS = 100_000
"""A tenth of a second. What works on data may take more steps for each byte of it, up to the most."""
ACTIVITY_STEPS_PER_BYTE = 4
ACTIVITY_MOST_STEPS = 1_000_000
ACTIVITY_SIZE = 32 * 1024 * 1024
ACTIVITY_DEPTH = 512


class Meter:
    """Counts what one rendering uses; the same text and values always use the same."""

    __slots__ = ("at_ms", "built", "depth", "drawn", "regex_engine", "seed", "size", "spent", "steps")

    def __init__(
        self, steps: int, size: int, depth: int, at_ms: int, seed: str, regex_engine: RegexEngine | None = None
    ) -> None:
        self.steps = steps
        self.size = size
        self.depth = depth
        self.at_ms = at_ms
        """What `$now()` and `$millis()` answer."""
        self.seed = seed
        """What `$random()` and `$shuffle()` draw from."""
        self.regex_engine = regex_engine
        self.spent = 0
        self.built = 0
        self.drawn = 0

    def step(self, count: int = 1) -> None:
        """Charges steps; raises `ExpressionBudget` when there are none left."""
        self.spent += count
        if self.spent > self.steps:
            raise self.out_of_steps()

    def grow(self, size: int) -> None:
        """Charges bytes that are about to be built, before they are."""
        self.built += size
        if self.built > self.size:
            raise ExpressionBudget(
                f"the expression builds more than {self.size} bytes", "work on less data at a time, or use a code node"
            )
        self.step(size >> _BYTES_PER_STEP_SHIFT)

    def out_of_steps(self) -> ExpressionBudget:
        return ExpressionBudget(
            f"the expression takes more than {self.steps} steps", "work on less data at a time, or use a code node"
        )

    def too_deep(self) -> ExpressionBudget:
        return ExpressionBudget(
            f"the expression nests more than {self.depth} levels deep", "replace the recursion by $map or $reduce"
        )

    def draw(self) -> float:
        """The next number from 0 to below 1 of the seed's own sequence."""
        self.drawn += 1
        self.step(_STEPS_PER_DRAW)
        digest = hashlib.sha256(f"{self.seed}:{self.drawn}".encode(errors="replace")).digest()
        return (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53)


def workflow_meter(at_ms: int, seed: str) -> Meter:
    """What an expression may use inside the Temporal workflow."""
    return Meter(WORKFLOW_STEPS, WORKFLOW_SIZE, WORKFLOW_DEPTH, at_ms, seed)


def quick_meter(at_ms: int, seed: str, regex_engine: RegexEngine) -> Meter:
    """What an expression may use beside the runs without being a burden to them: a few milliseconds."""
    return Meter(QUICK_STEPS, ACTIVITY_SIZE, ACTIVITY_DEPTH, at_ms, seed, regex_engine)


def activity_meter(at_ms: int, seed: str, regex_engine: RegexEngine | None = None, read_bytes: int = 0) -> Meter:
    """What an expression may use inside an activity, when it and what it reads take so many bytes as JSON."""
    steps = min(ACTIVITY_MOST_STEPS, ACTIVITY_STEPS + ACTIVITY_STEPS_PER_BYTE * read_bytes)
    return Meter(steps, ACTIVITY_SIZE, ACTIVITY_DEPTH, at_ms, seed, regex_engine)
