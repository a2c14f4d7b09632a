"""The web application as the API serves it."""

from pathlib import Path

import pytest

from api.http import static
from tests.api.installation import Installation


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("the page")
    (folder / "assets" / "app-1a2b.js").write_text("the script")
    (tmp_path / "secret.txt").write_text("hidden-word")
    (folder / "way-out").symlink_to(tmp_path / "secret.txt")
    monkeypatch.setattr(static, "FOLDER", folder)
    return folder


async def test_every_address_of_the_application_is_its_page(api: Installation, build: Path) -> None:
    for path in ("/", "/workflows", "/runs/abc-123"):
        answer = await api.client(None, "").get(path)
        assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "the page", "no-cache"), path


async def test_an_asset_is_kept_by_browsers_and_an_absent_one_is_not_found(api: Installation, build: Path) -> None:
    answer = await api.client(None, "").get("/assets/app-1a2b.js")
    assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
    assert (await api.client(None, "").get("/assets/gone.js")).status_code == 404


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/way-out", "/%00", "//etc/passwd", "/..%5csecret.txt"])
async def test_no_address_leads_out_of_the_folder(api: Installation, build: Path, path: str) -> None:
    answer = await api.client(None, "").get(path)
    assert answer.status_code < 500 and "hidden-word" not in answer.text and "root:" not in answer.text


async def test_what_only_the_api_could_answer_is_never_the_page(api: Installation, build: Path) -> None:
    for path in ("/api", "/api/v2/x", "/internal/v1/nothing", "/hooks/x"):
        answer = await api.client(None, "").get(path)
        assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json", path


async def test_an_absent_build_says_what_to_do(api: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static, "FOLDER", tmp_path / "nowhere")
    answer = await api.client(None, "").get("/")
    assert answer.status_code == 200 and "make up" in answer.text
