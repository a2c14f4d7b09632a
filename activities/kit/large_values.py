"""Values that are too large to travel in a run: kept in payload storage, and put back where they are read."""

import asyncio
import hashlib
import json
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from activities.kit.errors import InvalidConfig, InvalidResponse, NodeError, StorageAway, ValueTooLarge
from activities.kit.keys import KeyRing, KeysError
from activities.kit.payload_storage import PayloadStorage
from interpreter.json_value import Json
from interpreter.large_value import KEY, extract, holds_reference, is_reference
from interpreter.protocol import BATCH_ITEMS

CACHED_BYTES = 256 * 1024 * 1024
"""Of JSON text; values are read by many nodes of a run, one after the other."""
_PURPOSE = "value"
_DEEPEST = 500


class ValueLost(NodeError):
    """A value that was kept is not there any more, or can't be read."""

    name = "ValueLost"
    retryable = True


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose values are read and kept: no other run's can be reached."""

    workspace_id: str
    run_id: str

    @property
    def associated(self) -> bytes:
        return f"{self.workspace_id}/{self.run_id}".encode()


class LargeValues:
    """Keeps JSON values compressed and encrypted, equal ones once, and gives them back."""

    def __init__(self, storage: PayloadStorage, ring: KeyRing, most_bytes: int) -> None:
        self._storage = storage
        self._ring = ring
        self._most = most_bytes
        self._cache: OrderedDict[tuple[str, str], tuple[Json, int]] = OrderedDict()
        self._cached = 0

    async def kept(self, owner: Owner, value: Json, text: str, inline_bytes: int, extracts: list[list[Any]]) -> Json:
        """The value itself, or a reference where its JSON text is longer than `inline_bytes`.

        Raises `ValueTooLarge`, `StorageAway`, and `InvalidResponse` for a value that looks like a reference.
        """
        size = len(text)
        if f'"{KEY}"' in text and holds_reference(value):
            raise InvalidResponse(f'the output holds an object {{"{KEY}": …}}, which only references have')
        if size <= inline_bytes:
            return value
        if size > self._most:
            hint = "take a part of it, page through it, or raise HOLDFAST_MAX_VALUE_MB"
            raise ValueTooLarge(f"the value takes {size} bytes, and {self._most} at most are kept", hint)
        digest = await self._write(owner, text.encode())
        told: dict[str, Json] = {"hash": digest, "size": size, "type": _type_of(value)}
        if isinstance(value, list):
            told["count"] = len(value)
        partial, extracted = extract(value, extracts)
        if extracted:
            told.update(extracts=partial, extracted=extracted)
        return {KEY: told}

    async def in_chunks(self, owner: Owner, items: list[Json], text: str, inline_bytes: int) -> Json:
        """A list, or `{"$items": {"count", "chunks"}}` with a reference for every `BATCH_ITEMS` items."""
        if len(text) <= inline_bytes:
            return items
        chunks = []
        for first in range(0, len(items), BATCH_ITEMS):
            chunk = items[first : first + BATCH_ITEMS]
            chunks.append(await self.kept(owner, chunk, json.dumps(chunk), 0, []))
        return {"$items": {"count": len(items), "chunks": chunks}}

    async def here(self, owner: Owner, value: Json) -> Json:
        """The value with every reference in it replaced; the rest is not copied. Raises `ValueLost`."""
        return await self._here(owner, value, 0)

    async def _here(self, owner: Owner, value: Json, level: int) -> Json:
        if level > _DEEPEST:
            raise ValueLost("the references go too deep")
        if is_reference(value):
            told = value[KEY]
            whole = await self._read(owner, told["hash"])
            return whole[told["at"]] if "at" in told else whole
        if isinstance(value, dict) and holds_reference(value):
            return {name: await self._here(owner, one, level + 1) for name, one in value.items()}
        if isinstance(value, list) and holds_reference(value):
            return [await self._here(owner, one, level + 1) for one in value]
        return value

    async def text_of(self, owner: Owner, digest: str) -> bytes:
        """The JSON text of a kept value. Raises `ValueLost`."""
        return await self._plain(owner, digest)

    async def take_in(self, owner: Owner, text: bytes) -> str:
        """Keeps a JSON text as a value, and gives its hash. Raises `StorageAway`."""
        return await self._write(owner, text)

    async def carried_over(self, source: Owner, target: Owner, value: Json) -> Json:
        """The value, with everything that it refers to kept for another owner too. Raises `ValueLost`."""
        for digest in digests_of(value, KEY):
            plain = await self._plain(source, digest)
            await self._write(target, plain)
            await self._carry_files(source, target, json.loads(plain))
        await self._carry_files(source, target, value)
        return value

    async def _carry_files(self, source: Owner, target: Owner, value: Json) -> None:
        for digest in digests_of(value, "$file"):
            try:
                content = await self._storage.of_run(*_place(source)).get({"$file": {"hash": digest}})
            except InvalidConfig as lost:
                raise ValueLost(lost.message) from None
            await self._storage.of_run(*_place(target)).put(content, "", "")

    async def _read(self, owner: Owner, digest: str) -> Json:
        known = self._cache.get((owner.run_id, digest))
        if known is not None:
            self._cache.move_to_end((owner.run_id, digest))
            return known[0]
        plain = await self._plain(owner, digest)
        value, size = await asyncio.to_thread(json.loads, plain), len(plain)
        self._cache[owner.run_id, digest] = (value, size)
        self._cached += size
        while self._cached > CACHED_BYTES and len(self._cache) > 1:
            _, (_, dropped) = self._cache.popitem(last=False)
            self._cached -= dropped
        return value

    async def _write(self, owner: Owner, plain: bytes) -> str:
        digest, sealed = await asyncio.to_thread(self._sealed, owner, plain)
        await self._storage.of_run(*_place(owner)).write_value(digest, sealed)
        return digest

    def _sealed(self, owner: Owner, plain: bytes) -> tuple[str, bytes]:
        kid, sealed = self._ring.encrypt(zlib.compress(plain, 3), owner.associated, f"{_PURPOSE}:{owner.workspace_id}")
        return hashlib.sha256(plain).hexdigest(), f"{kid}\n".encode() + sealed

    async def _plain(self, owner: Owner, digest: str) -> bytes:
        try:
            sealed = await self._storage.of_run(*_place(owner)).read_value(digest)
        except (FileNotFoundError, StorageAway) as error:
            raise _lost(digest, error) from error
        return await asyncio.to_thread(self._opened, owner, digest, sealed)

    def _opened(self, owner: Owner, digest: str, stored: bytes) -> bytes:
        kid, _, sealed = stored.partition(b"\n")
        try:
            opened = self._ring.decrypt(kid.decode(), sealed, owner.associated, f"{_PURPOSE}:{owner.workspace_id}")
            plain = zlib.decompress(opened)
        except (UnicodeDecodeError, KeysError, zlib.error) as error:
            raise _lost(digest, error) from error
        if hashlib.sha256(plain).hexdigest() != digest:
            raise ValueLost(f"the value {digest[:12]}… is not what was kept")
        return plain


def _lost(digest: str, error: Exception) -> ValueLost:
    hint = "look whether the payload storage is there, and whether its keys are"
    return ValueLost(f"the value {digest[:12]}… can't be read: {type(error).__name__}", hint)


def _place(owner: Owner) -> tuple[str, str]:
    return owner.workspace_id, owner.run_id


def digests_of(value: Json, kind: str) -> list[str]:
    """The hashes of all references of a kind (`$payload`, `$file`) in a value, each once."""
    found: dict[str, None] = {}
    open_values = [value]
    while open_values:
        one = open_values.pop()
        if isinstance(one, dict):
            told = one.get(kind)
            if len(one) == 1 and isinstance(told, dict) and isinstance(told.get("hash"), str):
                found[told["hash"]] = None
            open_values.extend(one.values())
        elif isinstance(one, list):
            open_values.extend(one)
    return list(found)


def _type_of(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "null")
