"""Whether a Temporal executable may open the database file that an earlier one wrote.

The embedded server makes its tables only in a new file and never migrates an older one. So the server's version and
a fingerprint of the tables are noted beside the file, and another version is let near it only when an empty trial
file of that version has exactly the same tables. The check never opens the real file for writing.
"""

import hashlib
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from temporal_workers.errors import TemporalFileRefused
from temporal_workers.temporal_binary import TemporalBinary
from temporal_workers.temporal_version import FileRecord, ServerVersion

Trial = Callable[[TemporalBinary], Awaitable[str | None]]
"""Starts the executable on an empty file and answers the fingerprint of its tables."""


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "temporal.db"

    @property
    def record_path(self) -> Path:
        return self.folder / "server.json"

    def exists(self) -> bool:
        return self.path.is_file() and self.path.stat().st_size > 0

    async def admit(self, binary: TemporalBinary, trial: Trial) -> None:
        """Raise unless the executable may open the file."""
        if not self.exists():
            return
        record = FileRecord.load(self.record_path)
        if record is not None and record.server == str(binary.server):
            return
        known = record.tables if record else fingerprint(self.path)
        written_by = ServerVersion.of(record.server) if record else None
        if written_by is not None and binary.server.release < written_by.release:
            raise self._refusal(binary, written_by, "an older server cannot read what a newer one wrote")
        tried = await trial(binary)
        if known is None or tried is None or tried != known:
            raise self._refusal(binary, written_by, "its tables differ and this server does not migrate them")

    def note(self, binary: TemporalBinary) -> None:
        """Write down who uses the file now; called once the server is healthy."""
        record = FileRecord.load(self.record_path)
        if record is not None and record.server == str(binary.server):
            return
        tables = fingerprint(self.path)
        if tables is not None:
            FileRecord(str(binary.server), tables).save(self.record_path)

    def _refusal(self, binary: TemporalBinary, written_by: ServerVersion | None, why: str) -> TemporalFileRefused:
        writer = f"Temporal {written_by}" if written_by else "another Temporal version"
        aside = self.folder.with_name(f"temporal-{written_by or 'old'}")
        return TemporalFileRefused(
            f"{self.path} was written by {writer}; {binary} will not open it: {why}. The file was left untouched.",
            "Do one of these:\n"
            f"  1. keep the runs that are still open: set HOLDFAST_TEMPORAL_BIN to an executable with {writer}\n"
            f"  2. start empty (finished runs stay in Holdfast's own database, open ones are given up): "
            f"mv {self.folder} {aside}",
        )


def fingerprint(path: Path) -> str | None:
    """A hash over the tables and indexes of a SQLite file, whatever their order."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
            rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    except sqlite3.Error:
        return None
    lines = sorted(f"{kind} {name} {' '.join((sql or '').split())}" for kind, name, sql in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else None
