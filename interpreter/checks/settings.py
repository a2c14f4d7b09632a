"""Settings: keys that can be rendered when a run begins, and paths that lead into its output."""

import re

from interpreter.definition import Definition
from interpreter.expressions.quick_reading import read_templates
from interpreter.finding import Code, Finding

_PATH = re.compile(r"[^.\s]+(\.[^.\s]+){0,9}")
_AT_THE_DOOR = ("input", "trigger")
"""What there is when a run begins."""


def check_settings(definition: Definition) -> list[Finding]:
    """Findings of the settings of a definition and of its nodes."""
    settings = definition.settings
    found = []
    if settings.concurrency is not None and settings.concurrency.key is not None:
        found += _check_key("/settings/concurrency", "key", settings.concurrency.key)
    if settings.business_key is not None:
        found += _check_key("/settings", "business_key", settings.business_key)
    for index, path in enumerate(settings.searchable):
        if not _PATH.fullmatch(path):
            message = f'"{path[:100]}" is no path into the output: one looks like order.id'
            found.append(Finding(Code.INVALID_CONFIG, message, f"/settings/searchable/{index}"))
    return found


def _check_key(around: str, name: str, text: str) -> list[Finding]:
    written = read_templates({name: text}, around, None)
    found = [
        Finding(Code.INVALID_EXPRESSION, problem.message, problem.pointer, None, hint=problem.hint)
        for problem in written.problems
    ]
    for reference in written.references:
        if reference.root not in _AT_THE_DOOR:
            message = f'"{reference.root}" is not known when a run begins'
            found.append(Finding(Code.UNKNOWN_REFERENCE, message, f"{around}/{name}", None, hint="read input or trigger"))
    return found

