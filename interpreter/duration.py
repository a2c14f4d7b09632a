"""Durations as people write them: `500ms`, `30s`, `5m`, `2h`, `30d`."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator

_FORM = re.compile(r"(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)")
_UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST = timedelta(days=3650)


def parse_duration(text: str) -> timedelta:
    """The duration that `text` names.

    Raises `ValueError` when the form is another one or the duration is zero or above ten years.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a duration; write for example "500ms", "30s", "5m", "2h" or "30d"')
    seconds = float(match.group(1)) * _UNIT_SECONDS[match.group(2)]
    if not 0 < seconds <= _LONGEST.total_seconds():
        raise ValueError(f'"{text}" must be longer than zero and at most 3650d')
    return timedelta(seconds=seconds)


def _checked(text: str) -> str:
    parse_duration(text)
    return text


Duration = Annotated[str, AfterValidator(_checked)]
"""A duration in a definition, kept as written."""
