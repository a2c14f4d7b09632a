"""Texts in a config that look like a secret. A config is seen by everybody who may see the workflow."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from interpreter.definition import Definition
from interpreter.expressions.quick_reading import step_of
from interpreter.finding import Code, Finding
from interpreter.json_value import Json

_FORMS = (
    ("an AWS access key", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    ("a private key", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    ("a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("a GitHub token", r"\b(?:gh[oprsu]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})"),
    ("a Google API key", r"\bAIza[A-Za-z0-9_-]{35}\b"),
    ("an API key", r"\b[sr]k[-_](?:live_|test_|proj-|ant-|or-)?[A-Za-z0-9_-]{20,}"),
    ("a JSON web token", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    ("a password in an address", r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@{}]{1,100}:[^\s/@{}]{3,100}@"),
    ("a password", r"(?i:\b(?:password|passwd|pwd)=)[^\s&;\"'{}*<>$]{6,}"),
)
_SECRET = re.compile("|".join(f"({form})" for _, form in _FORMS))
_MARKS = re.compile(r"AKIA|ASIA|-----BEGIN|xox|gh[oprsu]_|github_pat_|AIza|[sr]k[-_]|eyJ|://|(?i:pass|pwd)")
"""What any of the forms has in it: most texts have nothing of it."""
_TELLING = re.compile(r"(?i)(?:^|[_-])(?:api[_-]?key|token|secret|password|passwd|private[_-]?key|access[_-]?key|authorization|x-api-key)$")
_SCHEME = re.compile(r"(?i)^(?:bearer|basic|token)\s+")
_NO_KEY = re.compile(r"[A-Za-z]*(?:[ _.-][A-Za-z]*)*$|[a-z][a-z0-9+.-]*:")
"""Only words, or an address."""
_SHORTEST = 16
_LEAST_BITS = 3.3
"""Bits per character: words and placeholders have less, random letters and digits more."""
_LONGEST = 200_000


def check_secrets(definition: Definition) -> list[Finding]:
    """Warnings that name the kind of secret, and never the secret."""
    found: list[Finding] = []
    for index, node in enumerate(definition.nodes):
        for path, field, text in _texts(node.config, f"/nodes/{index}/config"):
            what = _looks_like(field, text)
            if what is not None:
                message = f"it looks as if {what} were written here, where everybody who sees the workflow can read it"
                hint = "keep it as a credential, and choose that in the node; or use a variable"
                found.append(Finding(Code.SECRET_IN_CONFIG, message, path, node.id, "warning", hint))
    return found


def _texts(config: Json, start: str) -> Iterator[tuple[str, str, str]]:
    """Every text of a config with its pointer and the name of its field."""
    open_values: list[tuple[str, str, Json]] = [(start, "", config)]
    while open_values:
        path, field, value = open_values.pop()
        if isinstance(value, str):
            yield path, field, value[:_LONGEST]
        elif isinstance(value, dict):
            open_values += [(path + step_of(name), name, one) for name, one in value.items()]
        elif isinstance(value, list):
            open_values += [(f"{path}/{place}", field, one) for place, one in enumerate(value)]


def _looks_like(field: str, text: str) -> str | None:
    if _MARKS.search(text):
        match = _SECRET.search(text)
        if match is not None and match.lastindex is not None:
            return _FORMS[match.lastindex - 1][0]
    if len(text) >= _SHORTEST and field and _TELLING.search(field) and _is_random(text):
        return f"the {field}"
    return None


def _is_random(text: str) -> bool:
    secret = _SCHEME.sub("", text)
    if len(secret) < _SHORTEST or "{{" in secret or any(char.isspace() for char in secret) or _NO_KEY.match(secret):
        return False
    counts = Counter(secret)
    bits = -sum(count / len(secret) * math.log2(count / len(secret)) for count in counts.values())
    return bits >= _LEAST_BITS
