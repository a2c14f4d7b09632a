"""Reads a bundle that comes from anywhere: nothing in it is believed before its hashes are right."""

import hashlib
import zipfile
from collections.abc import Iterator
from typing import IO, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from api.exports import manifest as named
from api.exports.manifest import FORMAT, MANIFEST, Manifest
from api.kit.problem import Unprocessable
from api.kit.strict_json import read_json
from api.runs.schemas import AttemptView, ErrorView, NodeView, RunView
from interpreter.json_value import Json, JsonObject
from interpreter.protocol import NODE_ENDS, RUN_ENDS, NodeRow, NodeStatus, RunEvent

_PIECE = 1024 * 1024
_MANIFEST_BYTES = 8 * 1024 * 1024
_LONGEST_KEY = 300


class _Row(NodeView):
    status: NodeStatus
    attempts: list[AttemptView] = Field(default_factory=list)


class _Event(BaseModel):
    """What every frame has; the rest of it is shown as it is."""

    seq: int = Field(strict=True)
    at: str
    event: Literal["run", "node", "attempt", "log", "end"]
    key: str | None = None
    node_id: str | None = None
    status: str | None = None
    attempt: int | None = None
    message: str | None = None
    level: str | None = None
    error: ErrorView | None = None


class BundleRefused(Unprocessable):
    """What is wrong with the file, and with which part of it."""

    code = "bundle_refused"


class BundleReader:
    """A bundle whose manifest and files have been found to be whole."""

    def __init__(self, file: IO[bytes]) -> None:
        """Checks everything; blocks. Raises `BundleRefused`."""
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            raise BundleRefused("this is no bundle: it is not a zip file") from None
        self.manifest = self._read_manifest()
        self._check_names()
        for one in self.manifest.files:
            if hashlib.sha256(self.content(one.name, one.size)).hexdigest() != one.sha256:
                raise BundleRefused(f"{one.name} is not what was exported: its hash differs")

    def _read_manifest(self) -> Manifest:
        if MANIFEST not in self._zip.NameToInfo:
            raise BundleRefused(f"this is no bundle: it has no {MANIFEST}")
        try:
            manifest = Manifest.model_validate(read_json(self.content(MANIFEST, _MANIFEST_BYTES)))
        except ValidationError as error:
            raise BundleRefused(f"{MANIFEST} can't be read: {_first(error)}") from None
        if manifest.format != FORMAT:
            raise BundleRefused(f'the bundle has the format "{manifest.format[:50]}"; this installation opens {FORMAT}')
        if manifest.digest != manifest.reckoned_digest():
            raise BundleRefused(f"{MANIFEST} is not what was exported: its hash differs")
        if manifest.status not in RUN_ENDS:
            raise BundleRefused("the run in the bundle has not ended")
        return manifest

    def _check_names(self) -> None:
        told = [one.name for one in self.manifest.files]
        found = [info.filename for info in self._zip.infolist() if info.filename != MANIFEST]
        for name in (*told, *found):
            if not named.is_name(name):
                raise BundleRefused(f'a bundle has no file called "{name[:100]}"')
        if len(set(told)) != len(told) or sorted(found) != sorted(told):
            raise BundleRefused("the files in the bundle are not those that its manifest names")
        if sum(one.size for one in self.manifest.files) > named.MOST_BYTES:
            raise BundleRefused(f"unpacked it takes more than {named.MOST_BYTES} bytes")
        for name in named.NEEDED:
            if name not in told:
                raise BundleRefused(f"the bundle has no {name}")

    def content(self, name: str, most: int) -> bytes:
        """A file of the bundle, as long as it is not larger: what the zip says of its size is not believed."""
        pieces: list[bytes] = []
        size = 0
        try:
            with self._zip.open(name) as file:
                while piece := file.read(_PIECE):
                    size += len(piece)
                    if size > most:
                        raise BundleRefused(f"{name} is larger than it should be")
                    pieces.append(piece)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
            if isinstance(error, BundleRefused):
                raise
            raise BundleRefused(f"{name} can't be unpacked: the file is damaged") from None
        except Exception as error:
            if type(error).__module__ != "zlib":
                raise
            raise BundleRefused(f"{name} can't be unpacked: the file is damaged") from None
        return b"".join(pieces)

    # what is in it

    def run(self) -> RunView:
        told = self._json(named.RUN)
        try:
            run = RunView.model_validate(told)
        except ValidationError as error:
            raise BundleRefused(f"{named.RUN}: {_first(error)}") from None
        if run.status not in RUN_ENDS:
            raise BundleRefused(f"{named.RUN}: the run has not ended")
        return run

    def plan(self) -> Json:
        return self._json(named.PLAN)

    def rows(self) -> Iterator[tuple[int, NodeRow]]:
        """Each with its place; all have ended."""
        keys: set[str] = set()
        for number, told in enumerate(self._lines(named.NODES), 1):
            row = _checked(_Row, told.get("row"), f"{named.NODES}, line {number}")
            place = told.get("place")
            if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < 2**62:
                raise BundleRefused(f"{named.NODES}, line {number}: place is no number")
            if row["status"] not in NODE_ENDS or len(row["key"]) > _LONGEST_KEY or row["key"] in keys:
                raise BundleRefused(f"{named.NODES}, line {number}: it has not ended, or its key is there twice")
            keys.add(row["key"])
            yield place, row

    def events(self) -> Iterator[RunEvent]:
        """In order, without a gap."""
        for number, told in enumerate(self._lines(named.EVENTS), 1):
            event = _checked(_Event, told, f"{named.EVENTS}, line {number}")
            if event["seq"] != number:
                raise BundleRefused(f"{named.EVENTS}, line {number}: its number is {event['seq']}")
            yield event

    def kept(self, folder: str) -> Iterator[tuple[str, bytes]]:
        """The values, or the files, each with its hash."""
        for one in self.manifest.files:
            if one.name.startswith(f"{folder}/"):
                digest = one.name.removeprefix(f"{folder}/").removesuffix(".json")
                if digest != one.sha256:
                    raise BundleRefused(f"{one.name} does not have the hash that it is called by")
                yield digest, self.content(one.name, one.size)

    def _json(self, name: str) -> Json:
        size = next(one.size for one in self.manifest.files if one.name == name)
        try:
            return read_json(self.content(name, size))
        except BundleRefused:
            raise
        except Unprocessable as error:
            raise BundleRefused(f"{name}: {error.detail}") from None

    def _lines(self, name: str) -> Iterator[JsonObject]:
        size = next(one.size for one in self.manifest.files if one.name == name)
        for number, line in enumerate(self.content(name, size).splitlines(), 1):
            try:
                told = read_json(line)
            except Unprocessable as error:
                raise BundleRefused(f"{name}, line {number}: {error.detail}") from None
            if not isinstance(told, dict):
                raise BundleRefused(f"{name}, line {number}: it is no object")
            yield told


def _checked(shape: type[BaseModel], told: Json, where: str) -> Any:
    """As it was exported: fields that a later version tells are kept."""
    try:
        shape.model_validate(told)
    except ValidationError as error:
        raise BundleRefused(f"{where}: {_first(error)}") from None
    return told


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])[:100]}: {first['msg'][:200]}"
