"""Settings of the environment, and secrets that make themselves."""

from pathlib import Path

import pytest

from activities.kit.settings import KitSettings

NAMES = ("HOLDFAST_HOME", "HOLDFAST_PAYLOADS", "HOLDFAST_EGRESS_ALLOW", "HOLDFAST_WORKER_TOKEN", "HOLDFAST_API_URL", "HOLDFAST_PORT")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_everything_has_a_default_below_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = KitSettings()
    assert settings.home == tmp_path / ".holdfast"
    assert settings.payloads == f"file:{tmp_path}/.holdfast/payloads"
    assert settings.egress_allow == () and settings.api_url == "http://127.0.0.1:8700"


def test_the_environment_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = (str(tmp_path), "file:/var/x", " 10.0.0.0/8, 127.0.0.0/8 ,", "t" * 40, "", "9000")
    for name, value in zip(NAMES, values, strict=True):
        monkeypatch.setenv(name, value)
    settings = KitSettings()
    assert (settings.home, settings.payloads, settings.egress_allow) == (tmp_path, "file:/var/x", ("10.0.0.0/8", "127.0.0.0/8"))
    assert settings.worker_token == "t" * 40 and settings.api_url == "http://127.0.0.1:9000"
    assert "tttt" not in repr(settings)


def test_a_worker_token_is_made_once(tmp_path: Path) -> None:
    settings = KitSettings(home=tmp_path / "new")
    assert settings.worker_token == KitSettings(home=tmp_path / "new").worker_token and len(settings.worker_token) > 30


@pytest.mark.parametrize("name", ["HOME", "API_PORT", "ENCRYPTION_KEYS", "EGRESS_ALLOW_TEXT", "PAYLOADS_LOCATION"])
def test_a_variable_of_another_program_changes_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pydantic reads a field's own name too, when it may be given by name."""
    usual = KitSettings(home=tmp_path)
    monkeypatch.setenv(name, "10")
    assert KitSettings(home=tmp_path) == usual
