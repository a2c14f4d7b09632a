"""Writes a run that has ended into one file: record, plan, definition, values and a report that people read."""

import hashlib
import json
import tempfile
import zipfile
from datetime import UTC, datetime
from typing import IO

from activities.kit.errors import InvalidConfig, StorageAway
from activities.kit.large_values import Owner, ValueLost, digests_of
from api.exports import manifest as named
from api.exports.manifest import File, LeftOut, Manifest, Redaction
from api.exports.redaction import Redactor
from api.exports.report import report
from api.kit.services import Services
from api.kit.times import shown
from api.runs import service
from api.store import plans, records, workflows
from api.store.records import BEFORE_ALL
from api.store.runs import RunRow
from interpreter.json_value import Json, JsonObject
from interpreter.large_value import KEY, is_reference
from interpreter.protocol import NodeRow, RunEvent

_PAGE = 500
_IN_MEMORY = 16 * 1024 * 1024
_MOST_BYTES = 200 * 1024 * 1024
"""Of values and files; what does not fit any more is left out, and named."""
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_USERS_OWN = ("input", "output", "trigger", "response", "business_key")
_REPORTED = 2_000


class BundleWriter:
    """One bundle of one run."""

    def __init__(self, services: Services, run: RunRow, redact: list[str]) -> None:
        self._services = services
        self._run = run
        self._owner = Owner(run.workspace_id, run.id)
        self._redactor = Redactor(redact)
        self._files: list[File] = []
        self._left_out: list[LeftOut] = []
        self._moved: dict[str, str] = {}
        """New hashes of values that were redacted."""
        self._room = _MOST_BYTES
        self._zip: zipfile.ZipFile

    async def write(self) -> IO[bytes]:
        """The file, at its beginning."""
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  the caller closes it
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as self._zip:
            whole = await service.whole_view(self._services, self._run)
            values, files = await self._look_through()
            await self._write_values(values)
            await self._write_files(files)
            await self._write_plan()
            self._add_json(named.RUN, self._shown(service.view(self._run)))
            rows = await self._write_rows()
            events = await self._write_events()
            # The report says again what the other files say.
            counts = dict(self._redactor.counts)
            self._add(named.REPORT, "\n".join(report(self._shown(whole), rows, events)).encode())
            self._write_manifest(counts)
        file.seek(0)
        return file  # type: ignore[return-value]

    # what is in it

    async def _look_through(self) -> tuple[dict[str, None], dict[str, None]]:
        """The hashes of its values and files; the redactor sees everything once."""
        values: dict[str, None] = {}
        files: dict[str, None] = {}
        run = service.view(self._run)
        for one in [{name: run[name] for name in _USERS_OWN}, *[{"input": row["input"], "output": row["output"]} async for _, row in self._rows()]]:
            self._redactor.learn(one)
            values.update(dict.fromkeys(digests_of(one, KEY)))
            files.update(dict.fromkeys(digests_of(one, "$file")))
        for digest in values:
            try:
                value = json.loads(await self._services.values.text_of(self._owner, digest))
            except ValueLost:
                continue
            self._redactor.learn(value)
            files.update(dict.fromkeys(digests_of(value, "$file")))
        return values, files

    async def _write_values(self, digests: dict[str, None]) -> None:
        for digest in digests:
            try:
                text = await self._services.values.text_of(self._owner, digest)
            except ValueLost as lost:
                self._left_out.append(LeftOut(name=named.value_name(digest), reason=lost.message))
                continue
            if self._redactor.is_active:
                text = json.dumps(self._redactor.hidden(json.loads(text))).encode()
                self._moved[digest] = hashlib.sha256(text).hexdigest()
            self._add_if_it_fits(named.value_name(self._moved.get(digest, digest)), text)

    async def _write_files(self, digests: dict[str, None]) -> None:
        files = self._services.storage.of_run(self._run.workspace_id, self._run.id)
        for digest in digests:
            name = named.file_name(digest)
            if self._redactor.is_active:
                self._left_out.append(LeftOut(name=name, reason="what stands in a file can't be redacted"))
                continue
            try:
                self._add_if_it_fits(name, await files.get({"$file": {"hash": digest}}))
            except (InvalidConfig, StorageAway) as lost:
                self._left_out.append(LeftOut(name=name, reason=lost.message))

    async def _write_plan(self) -> None:
        run = self._run
        async with self._services.database.read() as connection:
            plan = await plans.get(connection, run.workspace_id, run.plan_hash)
            version = None if run.version is None else await workflows.version(connection, run.workspace_id, run.workflow_id, run.version)
        self._add_json(named.PLAN, self._configured(json.loads(plan or "null")))
        if version is None:
            self._left_out.append(LeftOut(name=named.DEFINITION, reason="of a run of a draft only the plan is kept"))
        else:
            self._add_json(named.DEFINITION, self._configured(version.definition))

    async def _write_rows(self) -> list[NodeRow]:
        """Gives the first of them, for the report."""
        first: list[NodeRow] = []
        lines: list[bytes] = []
        async for place, row in self._rows():
            safe: NodeRow = self._shown(row)  # type: ignore[arg-type,assignment]
            lines.append(_line({"place": place, "row": safe}))
            if len(first) < _REPORTED:
                first.append(safe)
        self._add(named.NODES, b"".join(lines))
        return first

    async def _write_events(self) -> list[RunEvent]:
        first: list[RunEvent] = []
        lines: list[bytes] = []
        after = 0
        while True:
            async with self._services.database.read() as connection:
                page = await records.events(connection, self._run.workspace_id, self._run.id, after, _PAGE)
            for event in page:
                safe = self._redactor.scrubbed(event)  # type: ignore[arg-type]
                lines.append(_line(safe))
                if len(first) < _REPORTED:
                    first.append(safe)
            if not page:
                self._add(named.EVENTS, b"".join(lines))
                return first
            after = page[-1]["seq"]

    def _write_manifest(self, counts: dict[str, int]) -> None:
        told = Manifest(
            format=named.FORMAT,
            run_id=self._run.id,
            workflow=self._run.workflow_name,
            version=self._run.version,
            status=self._run.status,
            exported_at=shown(datetime.now(UTC)) or "",
            files=self._files,
            left_out=self._left_out,
            redactions=[Redaction(field=field, count=count) for field, count in counts.items()],
        )
        told.digest = told.reckoned_digest()
        self._add_to_zip(named.MANIFEST, told.model_dump_json(indent=1).encode())

    # how it is shown

    def _shown(self, told: JsonObject) -> JsonObject:
        """A run or a row: what people gave it is redacted by field, the rest by text."""
        safe = {name: self._redactor.hidden({name: value})[name] if name in _USERS_OWN else self._redactor.scrubbed(value) for name, value in told.items()}
        return self._with_moved(safe) if self._moved else safe

    def _configured(self, plan: Json) -> Json:
        if not isinstance(plan, dict):
            return plan
        told: JsonObject = self._redactor.scrubbed(plan)
        told["nodes"] = [{**node, "config": self._redactor.hidden(node.get("config"))} for node in told.get("nodes", [])]
        return told

    def _with_moved(self, value: Json) -> Json:
        if is_reference(value):
            told = value[KEY]
            return {KEY: {**told, "hash": self._moved.get(told["hash"], told["hash"])}}
        if isinstance(value, dict):
            return {name: self._with_moved(one) for name, one in value.items()}
        return [self._with_moved(one) for one in value] if isinstance(value, list) else value

    async def _rows(self):  # type: ignore[no-untyped-def]
        after = BEFORE_ALL
        while True:
            async with self._services.database.read() as connection:
                page = await records.node_rows(connection, self._run.workspace_id, self._run.id, after, _PAGE)
            for one in page:
                yield one
            if len(page) < _PAGE:
                return
            after = (page[-1][0], page[-1][1]["key"])

    # the file

    def _add_json(self, name: str, value: Json) -> None:
        self._add(name, json.dumps(value, ensure_ascii=False, indent=1).encode())

    def _add_if_it_fits(self, name: str, content: bytes) -> None:
        if len(content) > self._room or len(self._files) >= named.MOST_FILES - 10:
            self._left_out.append(LeftOut(name=name, reason=f"all values together take more than {_MOST_BYTES} bytes"))
        elif name not in self._zip.NameToInfo:
            self._room -= len(content)
            self._add(name, content)

    def _add(self, name: str, content: bytes) -> None:
        self._files.append(File(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest()))
        self._add_to_zip(name, content)

    def _add_to_zip(self, name: str, content: bytes) -> None:
        self._zip.writestr(zipfile.ZipInfo(name, _FIXED_TIME), content, zipfile.ZIP_DEFLATED)


def _line(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
