"""Which headers outbound calls may carry: none that could smuggle a second request or name another host."""

import re
from collections.abc import Iterable

from activities.kit.errors import InvalidConfig

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST = 100
_MAX_VALUE = 16 * 1024
_MADE_HERE = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect"}
)


def check_headers(headers: Iterable[tuple[str, str]]) -> None:
    """Raises `InvalidConfig` naming the header; its value is not shown, it may be a secret."""
    for number, (name, value) in enumerate(headers, 1):
        if number > _MOST:
            raise InvalidConfig(f"headers: more than {_MOST}")
        if not _NAME.fullmatch(name):
            raise InvalidConfig(f"headers: {name[:80]!r} is no name of a header")
        if name.lower() in _MADE_HERE or name.lower().startswith("proxy-"):
            raise InvalidConfig(f"headers: {name} can't be set", "it follows from the URL and the body")
        if _CONTROL.search(value):
            raise InvalidConfig(f"headers: the value of {name} holds a line break or another control character")
        if value != value.strip(" \t") or _SURROGATE.search(value):
            raise InvalidConfig(f"headers: the value of {name} begins or ends with a space, or is no proper text")
        if len(value) > _MAX_VALUE:
            raise InvalidConfig(f"headers: the value of {name} is longer than {_MAX_VALUE} characters")
