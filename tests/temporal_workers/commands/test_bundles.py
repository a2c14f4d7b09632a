"""`holdfast export` and `holdfast open`, as requests to the product."""

from pathlib import Path

import httpx
import pytest

from temporal_workers.commands.bundles import export, open_bundle
from tests.temporal_workers.commands.fake_product import RUN, FakeProduct


class Exporting(FakeProduct):
    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path.endswith("/bundles"):
            return httpx.Response(201, json={"id": "ws-opened", "status": "failed"})
        if "nobody" in request.url.path:
            return httpx.Response(404, json={"title": "Not Found", "detail": "there is nothing here"})
        return httpx.Response(200, content=b"the file")


def test_a_run_is_written_to_a_file_that_others_can_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    product, target = Exporting(), tmp_path / "run.zip"
    assert export(RUN, "bundle", output=target, redact=["email", "a.b"], product=product.connect()) == 0
    assert target.read_bytes() == b"the file" and target.stat().st_mode & 0o077 == 0
    assert [*product.requests[0].url.params.multi_items()] == [("format", "bundle"), ("redact", "email"), ("redact", "a.b")]
    assert "8 bytes" in capsys.readouterr().out


def test_the_rows_of_a_node_are_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    product = Exporting()
    assert export(RUN, "bundle", node="each", product=product.connect()) == 0
    assert product.requests[0].url.path.endswith(f"/runs/{RUN}/nodes/each/export")
    assert (tmp_path / f"each-{RUN}.csv").read_bytes() == b"the file"


def test_what_is_refused_leaves_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export("nobody", "json", output=tmp_path / "x.json", product=Exporting().connect()) == 1
    assert "404" in capsys.readouterr().err and not list(tmp_path.iterdir())
    assert export(RUN, "json", output=tmp_path / "no" / "x.json", product=Exporting().connect()) == 1
    assert "--output" in capsys.readouterr().err


def test_a_bundle_is_sent_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "run.holdfast.zip"
    file.write_bytes(b"PK")
    product = Exporting()
    assert open_bundle(file, product=product.connect()) == 0
    assert product.requests[0].content == b"PK" and "ws-opened (failed)" in capsys.readouterr().out
    assert open_bundle(tmp_path / "none", product=product.connect()) == 1
    assert "can't be read" in capsys.readouterr().err
