import sys
from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from temporal_workers import cli, launcher
from tests.temporal_workers.fake_temporal import write_fake_temporal

_COMMANDS = ("up", "api", "worker", "migrate", "validate", "run", "runs", "doctor", "check", "version")


def test_every_command_is_named_in_the_help() -> None:
    said = CliRunner().invoke(cli.app, ["--help"]).output
    assert [command for command in _COMMANDS if f" {command} " not in said] == []


def test_the_version_is_the_one_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: f"{name} 1.2.3")
    assert CliRunner().invoke(cli.app, ["version"]).output == "holdfast 1.2.3\n"


@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("api", "api.http.serve"),
        ("worker", "temporal_workers.worker"),
        ("migrate", "temporal_workers.commands.migrate"),
    ],
)
def test_the_processes_are_started_by_import_string(monkeypatch: pytest.MonkeyPatch, command: str, module: str) -> None:
    asked = []

    class Room:
        @staticmethod
        def main() -> None:
            asked.append("main")

        migrate = main

    def fake_import(name: str) -> type[Room]:
        asked.append(name)
        return Room

    monkeypatch.setattr(cli, "import_module", fake_import)
    assert CliRunner().invoke(cli.app, [command]).exit_code == 0
    assert asked == [module, "main"]


def test_a_command_that_fails_ends_with_its_exit_code(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.app, ["validate", str(tmp_path / "none.json")])
    assert result.exit_code == 1


def test_the_path_of_the_temporal_executable_is_printed_for_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_fake_temporal(tmp_path / "bin")
    monkeypatch.setenv("HOLDFAST_TEMPORAL_BIN", str(path))
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path / "home"))
    result = CliRunner().invoke(cli.app, ["temporal"])
    assert (result.exit_code, result.stdout) == (0, f"{path}\n")


def test_doctor_fails_when_something_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.setenv("HOLDFAST_TEMPORAL_BIN", str(tmp_path / "none"))
    result = CliRunner().invoke(cli.app, ["doctor"])
    assert result.exit_code == 1 and "HOLDFAST_TEMPORAL_BIN" in result.output


def test_the_launcher_of_a_wheel_finds_the_rooms_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = tmp_path / "_rooms"
    rooms.mkdir()
    monkeypatch.setattr(launcher, "__file__", str(tmp_path / "__init__.py"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(cli, "app", lambda: None)
    launcher.main()
    assert sys.path[0] == str(rooms)


def test_a_closed_pipe_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed() -> None:
        raise BrokenPipeError

    monkeypatch.setattr(cli, "app", closed)
    monkeypatch.setattr(cli, "sys", type("Sys", (), {"stderr": open("/dev/null", "w")}))  # noqa: SIM115
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 141
