import hashlib
import sqlite3
from pathlib import Path

import pytest

from temporal_workers.dev_server_file import DatabaseFile, fingerprint
from temporal_workers.errors import TemporalFileRefused
from temporal_workers.temporal_binary import TemporalBinary
from temporal_workers.temporal_version import FileRecord, ServerVersion


def binary(version: str) -> TemporalBinary:
    read = ServerVersion.of(version)
    assert read is not None
    return TemporalBinary(Path("temporal"), "test", read)


class Trial:
    """Says what tables a new executable would make, and whether it was asked."""

    def __init__(self, tables: str | None) -> None:
        self.tables = tables
        self.asked = 0

    async def __call__(self, _: TemporalBinary) -> str | None:
        self.asked += 1
        return self.tables


@pytest.fixture
def file(tmp_path: Path) -> DatabaseFile:
    made = DatabaseFile(tmp_path / "temporal")
    made.folder.mkdir()
    connection = sqlite3.connect(made.path)
    connection.execute("CREATE TABLE executions (id INTEGER)")
    connection.commit()
    connection.close()
    return made


async def test_a_new_file_needs_no_check(tmp_path: Path) -> None:
    trial = Trial(None)
    await DatabaseFile(tmp_path).admit(binary("1.29.1"), trial)
    assert trial.asked == 0


async def test_the_version_that_wrote_the_file_opens_it_without_a_trial(file: DatabaseFile) -> None:
    file.note(binary("1.29.1"))
    trial = Trial(None)
    await file.admit(binary("1.29.1"), trial)
    assert trial.asked == 0


async def test_a_newer_version_with_the_same_tables_opens_the_file(file: DatabaseFile) -> None:
    file.note(binary("1.29.1"))
    trial = Trial(fingerprint(file.path))
    await file.admit(binary("1.31.0"), trial)
    assert trial.asked == 1
    file.note(binary("1.31.0"))
    assert FileRecord.load(file.record_path) == FileRecord("1.31.0", str(fingerprint(file.path)))


@pytest.mark.parametrize("tables", ["other tables", None])
async def test_a_newer_version_with_other_tables_is_refused_and_the_file_stays_as_it_was(
    file: DatabaseFile, tables: str | None
) -> None:
    file.note(binary("1.29.1"))
    before = hashlib.sha256(file.path.read_bytes()).hexdigest()
    with pytest.raises(TemporalFileRefused) as refused:
        await file.admit(binary("1.31.0"), Trial(tables))
    assert hashlib.sha256(file.path.read_bytes()).hexdigest() == before
    assert "1.29.1" in refused.value.message and "untouched" in refused.value.message
    assert "HOLDFAST_TEMPORAL_BIN" in refused.value.hint and "mv " in refused.value.hint
    assert FileRecord.load(file.record_path) == FileRecord("1.29.1", str(fingerprint(file.path)))


async def test_an_older_release_is_refused_without_a_trial(file: DatabaseFile) -> None:
    file.note(binary("1.31.0"))
    trial = Trial(fingerprint(file.path))
    with pytest.raises(TemporalFileRefused):
        await file.admit(binary("1.29.1"), trial)
    assert trial.asked == 0


async def test_a_file_without_a_record_is_judged_by_its_tables(file: DatabaseFile) -> None:
    await file.admit(binary("1.29.1"), Trial(fingerprint(file.path)))
    with pytest.raises(TemporalFileRefused):
        await file.admit(binary("1.29.1"), Trial("other tables"))


def test_something_that_is_no_database_has_no_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("no database " * 100)
    assert fingerprint(tmp_path / "note") is None
