"""The four ways of paging, their bounds, and services that page in circles."""

import json
from typing import Any

import httpx
import pytest

from activities.core.fake import ITEMS, FakeService
from activities.core.http_pages import at_pointer, linked_next
from activities.kit.errors import InvalidResponse, RateLimited, ValueTooLarge
from tests.activities.core.calling import Caller
from tests.activities.serving import serving

MODES: list[dict[str, Any]] = [
    {"mode": "link_header"},
    {"mode": "next_url", "next": "/next"},
    {"mode": "page"},
    {"mode": "cursor", "parameter": "cursor", "cursor": "/meta/cursor"},
]


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode["mode"])
async def test_all_items_of_all_pages_come_in_order(call: Caller, url: str, mode: dict[str, Any]) -> None:
    given = await call(url=f"{url}/items", pagination={**mode, "items": "/items"})
    assert [item["id"] for item in given["body"]][:ITEMS] == list(range(ITEMS))
    assert given["status"] == 200 and given["complete"] is True
    assert given["pages"] == (4 if mode["mode"] == "page" else 3)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode["mode"])
async def test_the_bound_of_pages_ends_it_and_says_so(call: Caller, service: FakeService, url: str, mode: dict[str, Any]) -> None:
    given = await call(url=f"{url}/items", pagination={**mode, "items": "/items", "max_pages": 2})
    assert (len(given["body"]), given["pages"], given["complete"]) == (20, 2, False)
    assert len(service.requests) == 2


async def test_the_query_of_the_config_goes_with_every_page(call: Caller, service: FakeService, url: str) -> None:
    pagination = {"mode": "page", "parameter": "page", "items": "/items"}
    await call(url=f"{url}/items?fixed=1", query={"page": 99, "kind": "a"}, pagination=pagination)
    assert [request.query for request in service.requests] == [
        {"fixed": ["1"], "kind": ["a"], "page": [str(number)]} for number in (1, 2, 3, 4)
    ]


async def test_an_offset_is_a_page_number_with_large_strides(call: Caller, service: FakeService, url: str) -> None:
    pagination = {"mode": "page", "parameter": "cursor", "start": 0, "increment": 10, "items": "/items"}
    given = await call(url=f"{url}/items", pagination=pagination)
    assert [item["id"] for item in given["body"]] == list(range(ITEMS))


async def test_each_page_of_a_post_has_a_key_of_its_own(call: Caller, service: FakeService, url: str) -> None:
    await call(url=f"{url}/items", method="POST", pagination={**MODES[3], "items": "/items"})
    assert [request.headers["idempotency-key"] for request in service.requests] == ["ws-1:n", "ws-1:n:p2", "ws-1:n:p3"]


@pytest.mark.parametrize("mode", [MODES[0], MODES[1], MODES[3]], ids=lambda mode: mode["mode"])
async def test_pages_in_a_circle_are_noticed(call: Caller, mode: dict[str, Any]) -> None:
    body = {"items": [1], "next": "/?cursor=1", "meta": {"cursor": 1}}
    async with serving(_same(body, b'</?cursor=1>; rel="next"')) as port:
        with pytest.raises(InvalidResponse, match="before"):
            await call(url=f"http://127.0.0.1:{port}/", pagination={**mode, "items": "/items"})


@pytest.mark.parametrize(
    ("pagination", "body"),
    [
        ({"mode": "page"}, {"items": [1]}),
        ({"mode": "page", "items": "/nothing"}, {"items": [1]}),
        ({"mode": "next_url", "next": "/next", "items": "/items"}, {"items": [], "next": 5}),
        ({"mode": "next_url", "next": "/next", "items": "/items"}, {"items": [], "next": "http://x:99999/"}),
        ({"mode": "cursor", "parameter": "c", "cursor": "/c", "items": "/items"}, {"items": [], "c": {"a": 1}}),
    ],
)
async def test_a_page_of_another_shape_is_an_invalid_answer(call: Caller, pagination: dict[str, Any], body: Any) -> None:
    async with serving(_same(body)) as port:
        with pytest.raises(InvalidResponse):
            await call(url=f"http://127.0.0.1:{port}/", pagination=pagination)


async def test_all_pages_together_keep_within_the_size(call: Caller, url: str) -> None:
    with pytest.raises(ValueTooLarge):
        await call(url=f"{url}/items", pagination={**MODES[0], "items": "/items"}, max_bytes=300)


async def test_an_error_of_a_later_page_is_the_nodes_error(call: Caller, url: str) -> None:
    async with serving(_same({"items": [1], "next": f"{url}/status/429?retry_after=3"})) as port:
        with pytest.raises(RateLimited) as limited:
            await call(url=f"http://127.0.0.1:{port}/", pagination={**MODES[1], "items": "/items"})
    assert limited.value.retry_after == 3


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ('<https://a.example/2>; rel="next"', "https://a.example/2"),
        ("</2>; rel=next", "/2"),
        ('</1>; rel="prev", </3>; title="x, y"; rel="last next"', "/3"),
        ('</1>; rel="nextish"', None),
        ('</1>; rel="prev"', None),
        ("", None),
        ("<" * 5000, None),
    ],
)
def test_the_next_link_is_found_among_the_links(header: str, target: str | None) -> None:
    assert linked_next(httpx.Headers({"link": header})) == target


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("", {"a": [{"b/c": 1, "~": 2}]}), ("/a/0/b~1c", 1), ("/a/0/~0", 2), ("/a/1", None), ("/a/-1", None), ("/x/y", None), ("/a/x", None)],
)
def test_a_pointer_gives_the_value_or_nothing(pointer: str, value: Any) -> None:
    assert at_pointer({"a": [{"b/c": 1, "~": 2}]}, pointer) == value


def _same(body: Any, link: bytes = b"") -> Any:
    content = json.dumps(body).encode()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode()), (b"link", link)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return app
