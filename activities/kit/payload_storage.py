"""Values that do not travel in a run: files by workspace, run and hash."""

import asyncio
import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from activities.kit.errors import InvalidConfig, StorageAway, ValueTooLarge
from activities.kit.object_stores import BucketStore, FolderStore, ObjectStore
from interpreter.json_value import JsonObject

MAX_FILE_BYTES = 50 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
_OWNER = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_NAME_LENGTH = 200
_VALUE = ".value"
_LONGEST_PAUSE = 5.0
_Answer = TypeVar("_Answer")


class PayloadLocationRefused(ValueError):
    """HOLDFAST_PAYLOADS names a kind of storage that does not exist."""

    code = "payload_location_refused"


class PayloadStorage:
    """Every name in it is made here; what people call a file is only written down."""

    def __init__(self, store: ObjectStore, patience: float = 0.0) -> None:
        self._store = store
        self._patience = patience
        """Seconds to wait for a store that is away, so that this uses up no attempts of a node."""

    @classmethod
    def at(cls, location: str, patience: float = 0.0) -> "PayloadStorage":
        """The storage of a location: `file:<folder>` or `s3:<bucket>/<prefix>`; raises `PayloadLocationRefused`."""
        kind, _, place = location.partition(":")
        if kind == "file" and place:
            return cls(FolderStore(Path(place).expanduser().absolute()), patience)
        bucket, _, prefix = place.removeprefix("//").partition("/")
        if kind == "s3" and bucket:
            return cls(BucketStore(bucket, prefix), patience)
        raise PayloadLocationRefused(f'HOLDFAST_PAYLOADS is "{location}": write file:<folder> or s3:<bucket>/<prefix>')

    def of_run(self, workspace_id: str, run_id: str) -> "RunFiles":
        """The files of one run; no other run's can be reached through it."""
        return RunFiles(self._store, workspace_id, run_id, self._patience)


class RunFiles:
    """Puts and gets the files of one run. Where the store stays away all raise `StorageAway`."""

    def __init__(self, store: ObjectStore, workspace_id: str, run_id: str, patience: float = 0.0) -> None:
        self._patience = patience
        self._store = store
        self._workspace_id = workspace_id
        self._run_id = run_id

    async def put(self, content: bytes, name: str, media_type: str) -> JsonObject:
        """Keeps bytes and gives their reference; the same bytes are kept once. Raises `ValueTooLarge`."""
        if len(content) > MAX_FILE_BYTES:
            raise ValueTooLarge(f"the file takes {len(content)} bytes, and {MAX_FILE_BYTES} at most are kept")
        digest = hashlib.sha256(content).hexdigest()
        await self._patiently(self._store.write, self._key(digest), content)
        return {"$file": {"name": name[:_NAME_LENGTH], "type": media_type, "size": len(content), "hash": digest}}

    async def get(self, reference: JsonObject) -> bytes:
        """The bytes behind a reference; raises `InvalidConfig` for one that is not this run's."""
        described = reference.get("$file")
        digest = described.get("hash") if isinstance(described, dict) else None
        if not isinstance(digest, str) or not _HASH.fullmatch(digest):
            raise InvalidConfig("this is no reference to a file", 'a file looks like {"$file": {"hash": …}}')
        try:
            return await self._patiently(self._store.read, self._key(digest))
        except FileNotFoundError:
            raise InvalidConfig(f"the run has no file {digest[:12]}…") from None

    async def write_value(self, digest: str, content: bytes) -> None:
        """Keeps a JSON value under the hash of its text."""
        await self._patiently(self._store.write, self._key(digest + _VALUE), content)

    async def read_value(self, digest: str) -> bytes:
        """What `write_value` kept; raises `FileNotFoundError`."""
        if not _HASH.fullmatch(digest):
            raise FileNotFoundError("this is no hash")
        return await self._patiently(self._store.read, self._key(digest + _VALUE))

    def delete(self) -> None:
        """Deletes everything that the run has kept; blocks."""
        self._store.delete_all(self._key(""))

    async def _patiently(self, call: Callable[..., _Answer], *arguments: object) -> _Answer:
        deadline = time.monotonic() + self._patience
        pause = 0.1
        while True:
            try:
                return await asyncio.to_thread(call, *arguments)
            except FileNotFoundError:
                raise
            except OSError as error:
                if time.monotonic() + pause > deadline:
                    hint = "look whether HOLDFAST_PAYLOADS is there, may be written, and has space left"
                    raise StorageAway(f"payload storage does not answer: {error.strerror or error}", hint) from error
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    def _key(self, name: str) -> str:
        if not (_OWNER.fullmatch(self._workspace_id) and _OWNER.fullmatch(self._run_id)):
            raise InvalidConfig("the run's id is not one that Holdfast makes")
        return f"{self._workspace_id}/{self._run_id}/{name}"
