"""Bodies are read within bounds: plain, packed, broken, endless (S16)."""

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from activities.kit.answer_body import read_body
from activities.kit.errors import InvalidResponse, ValueTooLarge

MEBIBYTE = 1024 * 1024


class Parts(httpx.AsyncByteStream):
    """A stream that remembers how much of it was asked for."""

    def __init__(self, content: bytes, size: int = 1000, endless: bool = False) -> None:
        self.content = content
        self.size = size
        self.endless = endless
        self.given = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.endless or self.given < len(self.content):
            start = self.given % max(1, len(self.content))
            part = self.content[start : start + self.size]
            self.given += len(part)
            yield part


def answer(parts: Parts, **headers: str) -> httpx.Response:
    return httpx.Response(200, headers={name.replace("_", "-"): value for name, value in headers.items()}, stream=parts)


def bare_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


TEXT = b"".join(str(number).encode() for number in range(20_000))


@pytest.mark.parametrize(
    ("coding", "content"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT[:5000]) + gzip.compress(TEXT[5000:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", bare_deflate(TEXT)),
    ],
)
@pytest.mark.parametrize("size", [7, 1000, 10_000_000])
async def test_a_body_comes_back_whole_however_it_is_packed_and_cut(coding: str, content: bytes, size: int) -> None:
    assert await read_body(answer(Parts(content, size), content_encoding=coding), MEBIBYTE) == TEXT


async def test_reading_ends_with_the_limit_and_not_with_the_body() -> None:
    parts = Parts(b"x" * 1000, endless=True)
    with pytest.raises(ValueTooLarge):
        await read_body(answer(parts), 10_000)
    assert parts.given <= 11_000


async def test_an_announced_size_is_refused_before_anything_is_read() -> None:
    parts = Parts(b"x" * 1000, endless=True)
    with pytest.raises(ValueTooLarge):
        await read_body(answer(parts, content_length="99999999999999999999999999"), 10_000)
    assert parts.given == 0


@pytest.mark.parametrize("max_bytes", [MEBIBYTE, 50 * MEBIBYTE])
async def test_a_bomb_is_refused_without_taking_memory(max_bytes: int) -> None:
    packed = gzip.compress(bytes(200 * MEBIBYTE), 9)
    tracemalloc.start()
    try:
        with pytest.raises(ValueTooLarge):
            await read_body(answer(Parts(packed, 64 * 1024), content_encoding="gzip"), max_bytes)
        assert tracemalloc.get_traced_memory()[1] < 3 * max_bytes
    finally:
        tracemalloc.stop()


async def test_a_bomb_is_recognised_by_its_ratio_below_the_limit() -> None:
    packed = gzip.compress(bytes(20 * MEBIBYTE), 9)
    with pytest.raises(ValueTooLarge, match="100 times"):
        await read_body(answer(Parts(packed, 64 * 1024), content_encoding="gzip"), 50 * MEBIBYTE)


@pytest.mark.parametrize(
    ("coding", "content"),
    [("gzip", b"no gzip at all"), ("gzip", gzip.compress(TEXT)[:-20]), ("deflate", b"\xff\xff\xff"), ("br", b"x"), ("gzip, gzip", b"x")],
)
async def test_what_can_not_be_unpacked_is_an_invalid_answer(coding: str, content: bytes) -> None:
    with pytest.raises(InvalidResponse):
        await read_body(answer(Parts(content), content_encoding=coding), MEBIBYTE)


async def test_an_empty_body_that_is_called_packed_is_empty() -> None:
    assert await read_body(answer(Parts(b""), content_encoding="gzip"), MEBIBYTE) == b""
