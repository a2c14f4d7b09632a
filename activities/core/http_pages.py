"""Where the next page of a list is, by the four ways that services have of saying it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from activities.core.http_body import text_of
from activities.core.spec import CursorPages, LinkHeaderPages, NextUrlPages, PageNumberPages
from activities.kit.egress import EgressAnswer
from activities.kit.errors import InvalidResponse
from interpreter.json_value import Json

Pages = LinkHeaderPages | NextUrlPages | PageNumberPages | CursorPages
_LINK = re.compile(r"<([^<>]{1,8192})>([^<]*)")
_RELATION = re.compile(r""";\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))""", re.I)
"""Linear however long a header is; the words that it finds are compared one by one."""


@dataclass(frozen=True, slots=True)
class Next:
    """How the next page is asked for: by an address of its own, or by one more query parameter."""

    url: str | None = None
    parameter: tuple[str, str] | None = None


def first_parameter(pages: Pages) -> tuple[str, str] | None:
    """The parameter that the first page is asked with."""
    return (pages.parameter, str(pages.start)) if isinstance(pages, PageNumberPages) else None


def items_of(pages: Pages, body: Json) -> list[Json]:
    """The items of one page; raises `InvalidResponse` when there is no list."""
    items = at_pointer(body, pages.items)
    if not isinstance(items, list):
        where = pages.items or "the body"
        raise InvalidResponse(f"a page has no list at {where}", "look at the pagination's items")
    return items


def next_page(pages: Pages, number: int, answer: EgressAnswer, body: Json, items: list[Json]) -> Next | None:
    """The page after page `number` (from 0); None when it was the last."""
    if isinstance(pages, LinkHeaderPages):
        return _by_url(linked_next(answer.headers))
    if isinstance(pages, NextUrlPages):
        return _by_url(at_pointer(body, pages.next))
    if isinstance(pages, PageNumberPages):
        return Next(parameter=(pages.parameter, str(pages.start + (number + 1) * pages.increment))) if items else None
    cursor = at_pointer(body, pages.cursor)
    if cursor is None or cursor == "" or cursor is False:
        return None
    if isinstance(cursor, dict | list):
        raise InvalidResponse(f"the cursor at {pages.cursor} is neither text nor a number")
    return Next(parameter=(pages.parameter, text_of(cursor)))


def linked_next(headers: Mapping[str, str]) -> str | None:
    """The target of `Link: <…>; rel="next"`."""
    for target, parameters in _LINK.findall(headers.get("link", "")):
        relations = " ".join(quoted or bare for quoted, bare in _RELATION.findall(parameters))
        if "next" in relations.lower().split():
            return str(target)
    return None


def at_pointer(value: Json, pointer: str) -> Json:
    """The value at a JSON Pointer; None where there is none."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isascii() and key.isdigit() and int(key[:9]) < len(value):
            value = value[int(key[:9])]
        else:
            return None
    return value


def _by_url(told: Json) -> Next | None:
    if told is None or told == "" or told is False:
        return None
    if not isinstance(told, str):
        raise InvalidResponse("the next page's address is not text")
    return Next(url=told)
