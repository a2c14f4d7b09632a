"""What makes two failures the same: the node, the name of the error, and its message without what varies."""

import hashlib
import re

from interpreter.protocol import ErrorValue

VERSION = 1
"""Part of every fingerprint: another normalisation makes other ones."""
_LONGEST = 2_000
_VARYING = (
    (re.compile(r"https?://[^\s\"'<>]+"), "<url>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"), "<time>"),
    (re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`"), "<text>"),
    (re.compile(r"\b(?=[0-9a-z_-]*\d)(?=[0-9a-z_-]*[a-z])[0-9a-z_-]{6,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\d+(?:[.,]\d+)*"), "<n>"),
    (re.compile(r"\s+"), " "),
)
"""In this order: what is longer is taken first. A word with digits in it of six letters and more is an id."""


def normalised(message: str) -> str:
    """A message without addresses, ids, times, quoted texts and numbers."""
    told = message[:_LONGEST]
    for pattern, instead in _VARYING:
        told = pattern.sub(instead, told)
    return told.strip()


def fingerprint(workflow_id: str, error: ErrorValue | None) -> str:
    """The same for failures that people would call the same; 24 letters of hex."""
    told = ["", "", ""] if error is None else [error["node_id"] or "", error["name"], normalised(error["message"])]
    text = "\n".join([str(VERSION), workflow_id, *told])
    return hashlib.sha256(text.encode()).hexdigest()[:24]
