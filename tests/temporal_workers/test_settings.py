from pathlib import Path

import pytest

from temporal_workers.settings import ClientSettings, UpSettings, WorkerSettings


def test_the_api_is_reached_on_this_machine_also_when_it_listens_everywhere(tmp_path: Path) -> None:
    assert UpSettings(home=tmp_path, host="0.0.0.0", port=9000).local_url == "http://127.0.0.1:9000"
    assert UpSettings(home=tmp_path, host="::", port=9000).local_url == "http://[::1]:9000"


def test_tools_get_nothing_of_the_products_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOLDFAST_ENCRYPTION_KEYS", "TEMPORAL_API_KEY", "DATABASE_URL", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("GOPROXY", "direct")
    environment = UpSettings().tool_environment()
    assert "secret" not in environment.values()
    assert environment["GOPROXY"] == "direct"


def test_a_worker_drains_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOLDFAST_GRACEFUL_SHUTDOWN_SECONDS", raising=False)
    assert WorkerSettings().graceful_shutdown_seconds == 30


def test_a_client_uses_its_own_address_and_key_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_BOOTSTRAP_API_KEY", "bootstrap")
    monkeypatch.setenv("HOLDFAST_PORT", "9001")
    assert (ClientSettings().base_url, ClientSettings().key) == ("http://127.0.0.1:9001", "bootstrap")
    monkeypatch.setenv("HOLDFAST_URL", "https://flows.example/")
    monkeypatch.setenv("HOLDFAST_API_KEY", "own")
    assert (ClientSettings().base_url, ClientSettings().key) == ("https://flows.example", "own")
