"""Files of runs: names made here, other runs out of reach, no half-written file."""

import asyncio
from pathlib import Path

import pytest

from activities.kit import payload_storage
from activities.kit.errors import InvalidConfig, StorageAway, ValueTooLarge
from activities.kit.object_stores import FolderStore
from activities.kit.payload_storage import PayloadLocationRefused, PayloadStorage


async def test_bytes_come_back_by_their_reference_and_are_kept_once(tmp_path: Path) -> None:
    files = PayloadStorage.at(f"file:{tmp_path}").of_run("ws", "ws-1")
    first = await files.put(b"content", "../../etc/passwd", "text/plain")
    assert first["$file"]["size"] == 7
    assert await files.get(first) == b"content"
    await asyncio.gather(*(files.put(b"content", "again", "text/plain") for _ in range(20)))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [first["$file"]["hash"]]


@pytest.mark.parametrize("reference", [{}, {"$file": 1}, {"$file": {"hash": "../x"}}, {"$file": {"hash": "a" * 63 + "/"}}, {"$file": {"hash": None}}])
async def test_what_is_no_reference_is_refused(tmp_path: Path, reference: dict[str, object]) -> None:
    with pytest.raises(InvalidConfig):
        await PayloadStorage(FolderStore(tmp_path)).of_run("ws", "ws-1").get(reference)


async def test_another_run_can_not_read_the_file(tmp_path: Path) -> None:
    storage = PayloadStorage(FolderStore(tmp_path))
    reference = await storage.of_run("ws", "ws-1").put(b"mine", "x", "text/plain")
    for workspace, run in (("ws", "ws-2"), ("wt", "ws-1")):
        with pytest.raises(InvalidConfig):
            await storage.of_run(workspace, run).get(reference)


@pytest.mark.parametrize("run_id", ["..", "a/b", "", "../ws-1", "a\0b", "A"])
async def test_an_id_that_is_no_id_reaches_no_folder(tmp_path: Path, run_id: str) -> None:
    with pytest.raises(InvalidConfig):
        await PayloadStorage(FolderStore(tmp_path)).of_run("ws", run_id).put(b"x", "x", "x")
    assert not list(tmp_path.iterdir())


async def test_a_file_above_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload_storage, "MAX_FILE_BYTES", 10)
    with pytest.raises(ValueTooLarge):
        await PayloadStorage(FolderStore(tmp_path)).of_run("ws", "ws-1").put(b"x" * 11, "x", "x")


@pytest.mark.parametrize("location", ["", "file:", "s3:", "s3://", "ftp:there", "/tmp/x"])
def test_another_kind_of_location_is_refused(location: str) -> None:
    with pytest.raises(PayloadLocationRefused):
        PayloadStorage.at(location)


async def test_f29_a_store_that_comes_back_in_time_is_waited_for(tmp_path: Path) -> None:
    home, away = tmp_path / "payloads", tmp_path / "elsewhere"
    storage = PayloadStorage(FolderStore(home), patience=30.0)
    files = storage.of_run("ws", "ws-1")
    reference = await files.put(b"content", "x", "text/plain")
    home.rename(away)
    home.write_text("no folder at all")
    waiting = [asyncio.create_task(files.get(reference)), asyncio.create_task(files.put(b"more", "y", "text/plain"))]
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in waiting)
    home.unlink()
    away.rename(home)
    content, other = await asyncio.gather(*waiting)
    assert content == b"content" and await files.get(other) == b"more"


async def test_f29_a_store_that_stays_away_is_an_error_that_can_be_tried_again(tmp_path: Path) -> None:
    home = tmp_path / "payloads"
    files = PayloadStorage(FolderStore(home), patience=0.3).of_run("ws", "ws-1")
    reference = await files.put(b"content", "x", "text/plain")
    home.rename(tmp_path / "elsewhere")
    with pytest.raises(StorageAway) as caught:
        await files.get(reference)
    assert caught.value.retryable and "HOLDFAST_PAYLOADS" in (caught.value.hint or "")
    with pytest.raises(FileNotFoundError):
        await PayloadStorage(FolderStore(home), patience=30.0).of_run("ws", "ws-1").read_value("a" * 64)
