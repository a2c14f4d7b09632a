"""What a rerun reuses, cut into pieces that each fit one payload of Temporal's."""

import json
from collections.abc import Iterable, Iterator

from interpreter.json_value import JsonObject
from interpreter.packing import pack_text, unpack_text
from interpreter.reuse.recorded import RecordedEnd, Reuse

PAGE_BYTES = 1_500_000
"""Of JSON text, before it is packed."""


def pages(ends: Iterable[tuple[str, RecordedEnd]], items: JsonObject) -> Iterator[str]:
    """The packed pages of a reuse, in order; at least one. A single end is never cut."""
    page: JsonObject = {"ends": {}, "items": {}}
    size = 0
    for kind, entries in (("items", items.items()), ("ends", ends)):
        for key, told in entries:
            more = len(key) + len(json.dumps(told))
            if size and size + more > PAGE_BYTES:
                yield _packed(page)
                page, size = {"ends": {}, "items": {}}, 0
            page[kind][key] = told
            size += more
    yield _packed(page)


def add_page(reuse: Reuse, packed: str) -> None:
    """Adds what a page says."""
    told = json.loads(unpack_text(packed))
    reuse.ends.update(told["ends"])
    reuse.items.update(told["items"])


def _packed(page: JsonObject) -> str:
    return pack_text(json.dumps(page, separators=(",", ":"), ensure_ascii=False))
