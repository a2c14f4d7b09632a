"""Regular expressions of linear time for expressions: google-re2, which the workflow sandbox can't import."""

from functools import lru_cache
from typing import Any

import re2

_PATTERNS_KEPT = 256
_MAX_MEMORY = 1 << 20
"""A pattern such as `(.{1,99999}){1,99}` is refused instead of taking memory."""


def re2_engine(pattern: str, ignore_case: bool, multiline: bool) -> Any:
    """A compiled pattern for a `Meter`; raises `re2.error` for a pattern that RE2 does not accept."""
    return _compiled(pattern, ignore_case, multiline)


def re2_check(pattern: str) -> str | None:
    """What RE2 has against a pattern (look-around, back references, …); None when it accepts it."""
    try:
        _compiled(pattern, False, False)
    except re2.error as error:
        return str(error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else error)
    return None


@lru_cache(maxsize=_PATTERNS_KEPT)
def _compiled(pattern: str, ignore_case: bool, multiline: bool) -> Any:
    options = re2.Options()
    options.case_sensitive = not ignore_case
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    flags = "(?m)" if multiline else ""
    return re2.compile(flags + pattern, options)
