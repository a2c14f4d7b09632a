from pathlib import Path

import pytest

from temporal_workers.temporal_version import FileRecord, ServerVersion, loopback_only, parse_server_version


def test_the_server_version_is_read_from_what_the_executable_says() -> None:
    assert parse_server_version("temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)") == ServerVersion(1, 29, 1)
    assert parse_server_version("tctl version 1.18.0") is None


def test_versions_compare_as_numbers_and_not_as_text() -> None:
    assert ServerVersion(1, 9, 0) < ServerVersion(1, 29, 0)
    assert ServerVersion.of("1.29.1") == ServerVersion(1, 29, 1)
    assert ServerVersion.of("1.29") is None


@pytest.mark.parametrize(
    ("version", "only_here"),
    [("1.28.9", False), ("1.29.0", True), ("1.29.4", True), ("1.29.5", False), ("1.30.2", True)],
)
def test_servers_that_do_not_keep_namespaces_apart_are_named(version: str, only_here: bool) -> None:
    read = ServerVersion.of(version)
    assert read is not None and loopback_only(read) is only_here


def test_a_record_beside_the_file_survives_a_round_and_nonsense_is_none(tmp_path: Path) -> None:
    record = FileRecord("1.29.1", "abc")
    record.save(tmp_path / "server.json")
    assert FileRecord.load(tmp_path / "server.json") == record
    (tmp_path / "server.json").write_text("{}")
    assert FileRecord.load(tmp_path / "server.json") is None
