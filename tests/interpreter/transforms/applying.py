"""Applies a data node as an activity does, with a large meter."""

import copy
from typing import Any

import pytest

from interpreter.expressions import ExpressionFailure, Meter, activity_meter
from interpreter.transforms import apply_transform

AT_MS = 1_795_608_000_000
"""2026-11-25T12:00:00Z"""


def apply(type_id: str, config: dict[str, Any], meter: Meter | None = None, **roots: Any) -> Any:
    """The output of `core.<type_id>@1`; its inputs are checked to stay as they were."""
    before = copy.deepcopy((config, roots))
    output = apply_transform(f"core.{type_id}@1", config, roots, meter or activity_meter(AT_MS, "seed"))
    assert (config, roots) == before
    return output


def failure(type_id: str, config: dict[str, Any], **roots: Any) -> ExpressionFailure:
    with pytest.raises(ExpressionFailure) as failed:
        apply(type_id, config, **roots)
    return failed.value
