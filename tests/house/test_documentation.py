"""What the product knows, the docs explain."""

from typer.main import get_command

from api.settings import ApiSettings
from interpreter.finding import Code
from temporal_workers.cli import app
from temporal_workers.settings import ClientSettings, UpSettings, WorkerSettings
from tests.house.tree import ROOT


def test_every_finding_code_is_explained() -> None:
    text = (ROOT / "docs" / "findings.md").read_text()
    assert [code.value for code in Code if f"`{code.value}`" not in text] == []


def test_every_setting_is_explained() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    names = {
        field.validation_alias
        for settings in (ApiSettings, WorkerSettings, UpSettings, ClientSettings)
        for field in settings.model_fields.values()
    }
    assert sorted(str(name) for name in names if f"`{name}`" not in text) == []


def test_every_command_is_explained() -> None:
    text = (ROOT / "docs" / "cli.md").read_text()
    shown = [command for command in get_command(app).commands.values() if not command.hidden]  # type: ignore[attr-defined]
    assert [command.name for command in shown if f"`holdfast {command.name}" not in text] == []
