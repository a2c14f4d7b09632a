"""A run goes from one installation into another as one file, and nothing but what was exported gets in."""

import io
import json
import shutil
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from activities.kit.large_values import Owner
from api.exports.manifest import MANIFEST, Manifest
from tests.api.databases import END, frame, node_row, record, settings_for
from tests.api.installation import Installation, installed

SECRET = "canary-4711@example.org"


async def recorded(api: Installation) -> str:
    """A failed run with a large value, a file, a log line, attempts and something that is not to leave."""
    run_id = str((await api.run(await api.workflow(), {"input": {"customer": {"email": SECRET, "id": 7}}}))["id"])
    large = {"rows": [{"email": SECRET, "n": n} for n in range(50)]}
    owner = Owner(api.workspace_id, run_id)
    reference = await api.services.values.kept(owner, large, json.dumps(large), 10, [])
    file = await api.services.storage.of_run(api.workspace_id, run_id).put(b"a picture", "x.png", "image/png")
    attempt = {"number": 1, "started_at": END, "ended_at": END, "worker": "w", "error": None, "logs": [{"at": END, "level": "info", "message": f"asked {SECRET}"}]}
    error = {"name": "HttpError", "message": f"nobody is called {SECRET}", "node_id": "b", "key": "b", "attempts": 1, "retryable": False}
    rows = [node_row("a", output=reference, attempts=[attempt]), node_row("b", "failed", output=None, input=file, error=error)]
    events = [frame(run_id, 1, "run"), frame(run_id, 2, "log", key="a", message=f"asked {SECRET}", level="info"), frame(run_id, 3, "end", status="failed")]
    await api.engine.end(record(run_id, api.workspace_id, status="failed", ended_at=END, error=error, nodes=rows, order=[0, 1], events=events))
    return run_id


async def exported(api: Installation, run_id: str, **params: Any) -> bytes:
    answer = await api.mine.get(f"/runs/{run_id}/export", params={"format": "bundle", **params})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="run-{run_id}.holdfast.zip"'
    return answer.content


@pytest.fixture
async def here(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Installation]:
    """Where the run was, with keys and a database of its own."""
    home = tmp_path / "here"
    home.mkdir()
    shutil.copy(sqlite_template, home / "holdfast.db")
    async with installed(settings_for(home, None)) as installation:
        yield installation


@pytest.fixture
def elsewhere(api: Installation) -> Installation:
    """Where it is opened, on both kinds of database."""
    return api


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return target.getvalue()


async def test_a_bundle_shows_the_same_run_in_another_installation(here: Installation, elsewhere: Installation) -> None:
    run_id = await recorded(here)
    content = await exported(here, run_id)
    opened = await elsewhere.mine.post("/bundles", content=content)
    assert opened.status_code == 201, opened.text
    run = opened.json()
    before = (await here.mine.get(f"/runs/{run_id}")).json()
    assert {name: run[name] for name in ("status", "input", "error", "created_at", "ended_at", "workflow_name", "version")} == {
        name: before[name] for name in ("status", "input", "error", "created_at", "ended_at", "workflow_name", "version")
    }
    assert (run["trigger"]["kind"], run["trigger"]["run_id"]) == ("bundle", run_id)
    rows = [(await one.mine.get(f"/runs/{of}/nodes")).json() for one, of in ((elsewhere, run["id"]), (here, run_id))]
    assert rows[0] == rows[1]
    whole = [(await one.mine.get(f"/runs/{of}/nodes/a")).json() for one, of in ((elsewhere, run["id"]), (here, run_id))]
    assert whole[0] == whole[1] and whole[0]["attempts"][0]["logs"]
    digest = rows[0]["items"][0]["output"]["$payload"]["hash"]
    values = [(await one.mine.get(f"/runs/{of}/values/{digest}")).json() for one, of in ((elsewhere, run["id"]), (here, run_id))]
    assert values[0] == values[1] and len(values[0]["rows"]) == 50
    file = rows[0]["items"][1]["input"]["$file"]["hash"]
    assert (await elsewhere.mine.get(f"/runs/{run['id']}/files/{file}")).content == b"a picture"
    again = await elsewhere.mine.post("/bundles", content=content)
    assert (again.status_code, again.json()["id"]) == (200, run["id"]), "the same bundle is one run"
    assert (await elsewhere.mine.get("/runs", params={"text": "canary"})).json()["items"][0]["id"] == run["id"]
    assert (await elsewhere.mine.get("/workflows")).json()["items"] == [] and (await elsewhere.mine.get("/failures")).json()["items"] == []


async def test_an_opened_run_is_read_only(elsewhere: Installation, here: Installation) -> None:
    run = (await elsewhere.mine.post("/bundles", content=await exported(here, await recorded(here)))).json()
    refused = await elsewhere.mine.post(f"/runs/{run['id']}/rerun", json={"from": "start"})
    assert refused.status_code == 409 and "bundle" in refused.json()["detail"]
    assert (await elsewhere.mine.post(f"/runs/{run['id']}/cancel")).json()["status"] == "failed"
    assert (await elsewhere.theirs.get(f"/runs/{run['id']}")).status_code == 404
    assert (await elsewhere.mine.delete(f"/runs/{run['id']}")).status_code == 204


async def test_what_is_redacted_stands_nowhere_in_the_bundle(here: Installation, elsewhere: Installation) -> None:
    content = await exported(here, await recorded(here), redact=["email", "customer.id"])
    files = unpacked(content)
    assert not [name for name, text in files.items() if SECRET.encode() in text]
    manifest = Manifest.model_validate_json(files[MANIFEST])
    assert {one.field: one.count for one in manifest.redactions} == {"email": 51, "customer.id": 1}
    assert [one.name.partition("/")[0] for one in manifest.left_out] == ["files"], "what stands in a file can't be redacted"
    opened = await elsewhere.mine.post("/bundles", content=content)
    assert opened.status_code == 201, opened.text
    run = opened.json()
    assert run["input"]["customer"] == {"email": "[redacted]", "id": "[redacted]"} and run["trigger"]["redactions"][0]["count"] == 51
    output = (await elsewhere.mine.get(f"/runs/{run['id']}/nodes/a")).json()["output"]
    value = (await elsewhere.mine.get(f"/runs/{run['id']}/values/{output['$payload']['hash']}")).json()
    assert value["rows"][3] == {"email": "[redacted]", "n": 3}


async def test_a_byte_that_was_changed_in_any_file_is_found(here: Installation, elsewhere: Installation) -> None:
    files = unpacked(await exported(here, await recorded(here)))
    for name, content in files.items():
        place = len(content) // 2
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        answer = await elsewhere.mine.post("/bundles", content=packed({**files, name: changed}))
        assert answer.status_code == 422, name
    assert (await elsewhere.mine.get("/runs")).json()["items"] == []


def resealed(files: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> bytes:
    """A bundle of somebody who knows how hashes are reckoned."""
    told = json.loads(files[MANIFEST])
    change(told)
    manifest = Manifest.model_validate(told)
    manifest.digest = manifest.reckoned_digest()
    return packed({**files, MANIFEST: manifest.model_dump_json().encode()})


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda told: told.update(format="holdfast.bundle/9"), "format"),
        (lambda told: told.update(status="running"), "not ended"),
        (lambda told: told["files"].pop(), "manifest names"),
        (lambda told: told["files"][0].update(name="../../etc/passwd"), "no file called"),
        (lambda told: told["files"][0].update(size=1), "larger"),
        (lambda told: told["files"][-1].update(size=2 * 1024**3), "unpacked"),
        (lambda told: told["files"].append(told["files"][0]), "manifest names"),
    ],
)
async def test_a_bundle_that_was_made_by_hand_is_refused_with_the_reason(here: Installation, elsewhere: Installation, change: Any, word: str) -> None:
    files = unpacked(await exported(here, await recorded(here)))
    answer = await elsewhere.mine.post("/bundles", content=resealed(files, change))
    assert (answer.status_code, answer.json()["code"]) == (422, "bundle_refused")
    assert word in answer.json()["detail"]


@pytest.mark.parametrize("content", [b"", b"no zip at all", packed({"a.json": b"{}"}), packed({MANIFEST: b"{}"}), packed({MANIFEST: b"\xff"})])
async def test_what_is_no_bundle_is_refused(elsewhere: Installation, content: bytes) -> None:
    answer = await elsewhere.mine.post("/bundles", content=content)
    assert answer.status_code == 422, answer.text


async def test_a_run_that_goes_on_gives_no_bundle(here: Installation) -> None:
    run_id = (await here.run(await here.workflow()))["id"]
    assert (await here.mine.get(f"/runs/{run_id}/export", params={"format": "bundle"})).status_code == 409
