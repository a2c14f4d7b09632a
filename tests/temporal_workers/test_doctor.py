import sqlite3
from pathlib import Path

import pytest

from temporal_workers import doctor
from temporal_workers.dev_server_file import DatabaseFile
from temporal_workers.doctor import Level
from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.ports import next_free
from temporal_workers.settings import UpSettings
from temporal_workers.temporal_binary import TemporalBinary
from temporal_workers.temporal_version import FileRecord, ServerVersion
from tests.temporal_workers.fake_temporal import write_fake_temporal


def settings(home: Home, **more: object) -> UpSettings:
    return UpSettings(home=home.root, port=next_free(28_000), **more)  # type: ignore[arg-type]


def binary(version: tuple[int, int, int]) -> TemporalBinary:
    return TemporalBinary(Path("temporal"), "test", ServerVersion(*version))


async def test_a_fresh_home_has_nothing_wrong_and_every_note_has_a_way_out(
    home: Home, narrator: Narrator, tmp_path: Path
) -> None:
    asked = settings(home, temporal_bin=write_fake_temporal(tmp_path / "bin"), external_temporal="")
    checks = [check async for check in doctor.examine(asked, narrator)]
    assert {check.name for check in checks} >= {"python", "home", "keys", "disk", "temporal", "database", "api"}
    assert [check for check in checks if check.level is Level.WRONG] == []
    assert [check.name for check in checks if check.level is Level.NOTE and not check.way_out] == []


def test_an_old_python_is_wrong() -> None:
    assert doctor.check_python((3, 10, 1)).level is Level.WRONG
    assert doctor.check_python((3, 11, 0)).level is Level.OK


def test_a_home_that_others_may_enter_and_keys_they_may_read_are_told(home: Home) -> None:
    home.root.chmod(0o755)
    assert "chmod 700" in doctor.check_home(home).way_out
    (home.root / "keys").write_text("k1:secret")
    (home.root / "keys").chmod(0o644)
    checked = doctor.check_keys(home, configured=False)
    assert checked.level is Level.WRONG and "chmod 600" in checked.way_out and "secret" not in checked.message
    (home.root / "keys").chmod(0o600)
    assert doctor.check_keys(home, configured=False).level is Level.OK
    assert doctor.check_keys(home, configured=True).level is Level.OK


def test_little_disk_is_a_note_and_very_little_is_wrong(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, level in ((5_000_000_000, Level.OK), (500_000_000, Level.NOTE), (5_000_000, Level.WRONG)):
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _, free=free: type("Usage", (), {"free": free}))
        assert doctor.check_disk(home).level is level


def test_a_server_that_is_safe_on_this_machine_only_is_told_with_its_cve() -> None:
    checked = doctor.check_temporal(binary((1, 29, 1)))
    assert checked.level is Level.NOTE and "CVE-2026-5199" in checked.message and "127.0.0.1" in checked.way_out
    assert doctor.check_temporal(binary((1, 31, 0))).level is Level.OK


def test_a_file_of_another_version_is_told(home: Home) -> None:
    file = DatabaseFile(home.temporal)
    assert doctor.check_temporal_file(file, binary((1, 31, 0))).level is Level.OK
    file.path.write_text("some content")
    FileRecord("1.29.1", "tables").save(file.record_path)
    assert doctor.check_temporal_file(file, binary((1, 31, 0))).level is Level.NOTE
    assert doctor.check_temporal_file(file, binary((1, 29, 1))).level is Level.OK


async def test_a_missing_executable_is_wrong_with_all_choices(home: Home, narrator: Narrator, tmp_path: Path) -> None:
    asked = settings(home, temporal_bin=tmp_path / "none", external_temporal="")
    wrong = [check async for check in doctor.examine(asked, narrator) if check.level is Level.WRONG]
    assert [check.name for check in wrong] == ["temporal"]


async def test_a_configured_temporal_that_does_not_answer_is_wrong(home: Home, narrator: Narrator) -> None:
    asked = settings(home, external_temporal=f"127.0.0.1:{next_free(28_500)}")
    wrong = [check async for check in doctor.examine(asked, narrator) if check.level is Level.WRONG]
    assert [check.name for check in wrong] == ["temporal"]
    assert "TEMPORAL_ADDRESS" in wrong[0].way_out


def test_a_damaged_database_is_wrong_and_a_good_one_is_not(home: Home) -> None:
    connection = sqlite3.connect(home.root / "holdfast.db")
    connection.execute("CREATE TABLE runs (id TEXT)")
    connection.close()
    assert doctor.check_database(settings(home)).level is Level.OK
    (home.root / "holdfast.db").write_bytes(b"not a database at all " * 100)
    assert doctor.check_database(settings(home)).level is Level.WRONG


def test_a_database_address_is_checked_without_showing_its_password(home: Home) -> None:
    url = f"postgresql://holdfast:secret@127.0.0.1:{next_free(28_700)}/holdfast"
    checked = doctor.check_database(settings(home, database_url=url))
    assert checked.level is Level.WRONG and "secret" not in checked.message + checked.way_out
    assert doctor.check_database(settings(home, database_url="postgresql:///holdfast?host=/run")).level is Level.OK
    assert doctor.check_database(settings(home, database_url="sqlite:///holdfast.db")).level is Level.OK


def test_an_api_that_should_run_but_does_not_answer_is_wrong(home: Home) -> None:
    assert doctor.check_api(settings(home), running=True).level is Level.WRONG
    assert doctor.check_api(settings(home), running=False).level is Level.NOTE
