"""Reads the body of an answer within bounds: what arrives, what it unpacks to, and how far the two lie apart."""

import zlib
from collections.abc import AsyncIterator, Iterator

import httpx

from activities.kit.errors import InvalidResponse, ValueTooLarge

_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_MAX_RATIO = 100
_FREE_BYTES = 1024 * 1024
"""Below this the ratio does not matter: a megabyte of zeros is no bomb."""
_CHUNK = 64 * 1024
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


async def read_body(answer: httpx.Response, max_bytes: int) -> bytes:
    """The unpacked body; raises `ValueTooLarge` as soon as it is known, without reading on."""
    announced = answer.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > max_bytes:
        raise _too_large(max_bytes)
    coding = answer.headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        return await _plain(answer.aiter_raw(), max_bytes)
    if coding not in _PACKED:
        raise InvalidResponse(f'the answer is packed as "{coding[:40]}", which was not asked for')
    return await _unpacked(answer.aiter_raw(), coding, max_bytes)


def _too_large(max_bytes: int) -> ValueTooLarge:
    return ValueTooLarge(f"the answer takes more than {max_bytes} bytes", "ask for less, page through it, or raise max_bytes")


async def _plain(parts: AsyncIterator[bytes], max_bytes: int) -> bytes:
    kept: list[bytes] = []
    size = 0
    async for part in parts:
        size += len(part)
        if size > max_bytes:
            raise _too_large(max_bytes)
        kept.append(part)
    return kept[0] if len(kept) == 1 else b"".join(kept)


async def _unpacked(parts: AsyncIterator[bytes], coding: str, max_bytes: int) -> bytes:
    kept = bytearray()
    arrived = 0
    unpacking = _Unpacking(coding)
    try:
        async for part in parts:
            arrived += len(part)
            # Packed bytes need not unpack to anything: without this bound such an answer never ends.
            if arrived > max_bytes:
                raise _too_large(max_bytes)
            for piece in unpacking.feed(part):
                kept += piece
                if len(kept) > max_bytes:
                    raise _too_large(max_bytes)
                if len(kept) > _FREE_BYTES and len(kept) > _MAX_RATIO * arrived:
                    raise ValueTooLarge(f"the answer unpacks to more than {_MAX_RATIO} times its size", "this looks like a bomb")
    except zlib.error:
        raise InvalidResponse(f"the answer says that it is packed as {coding}, and is not") from None
    if arrived and not unpacking.complete:
        raise InvalidResponse("the packed answer breaks off")
    return bytes(kept)


class _Unpacking:
    """Unpacks in small pieces, so that a few kilobytes never become a gigabyte at once."""

    def __init__(self, coding: str) -> None:
        self._unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._may_be_bare = coding == "deflate"
        self.complete = False

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """The pieces that some packed bytes unpack to."""
        while packed:
            if self._unpacker.eof:  # gzip may have several members, one after the other
                self._unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
            yield self._piece(packed)
            self.complete = self._unpacker.eof
            packed = self._unpacker.unused_data if self._unpacker.eof else self._unpacker.unconsumed_tail

    def _piece(self, packed: bytes) -> bytes:
        bare, self._may_be_bare = self._may_be_bare, False
        try:
            return self._unpacker.decompress(packed, _CHUNK)
        except zlib.error:
            if not bare:
                raise
            # "deflate" means zlib, but some servers send it without zlib's frame.
            self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._unpacker.decompress(packed, _CHUNK)
