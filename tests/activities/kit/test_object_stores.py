"""The same behaviour in a folder and in a bucket."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.kit.errors import InvalidConfig
from activities.kit.object_stores import BucketStore, FolderStore, ObjectStore, StoreAway
from activities.kit.payload_storage import PayloadStorage
from tests.activities.kit.fake_bucket import fake_bucket


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    if request.param == "folder":
        yield FolderStore(tmp_path)
        return
    with fake_bucket() as (endpoint, _):
        environment(monkeypatch, endpoint)
        yield BucketStore("payloads", "of/holdfast/")


def environment(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    told = {
        "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1",
    }  # fmt: skip
    for name, value in told.items():
        monkeypatch.setenv(name, value)


def test_bytes_come_back_and_what_is_not_there_is_told_so(store: ObjectStore) -> None:
    content = secrets.token_bytes(200_000)
    store.write("ws/ws-1/a", content)
    store.write("ws/ws-1/a", content)
    assert store.read("ws/ws-1/a") == content
    with pytest.raises(FileNotFoundError):
        store.read("ws/ws-1/b")


def test_the_keys_of_one_run_are_deleted_and_no_others(store: ObjectStore) -> None:
    for key in ("ws/ws-1/a", "ws/ws-1/b", "ws/ws-10/a"):
        store.write(key, b"x")
    store.delete_all("ws/ws-1/")
    with pytest.raises(FileNotFoundError):
        store.read("ws/ws-1/a")
    assert store.read("ws/ws-10/a") == b"x"


async def test_files_of_runs_are_kept_in_a_bucket_under_workspace_run_and_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_bucket() as (endpoint, objects):
        environment(monkeypatch, endpoint)
        storage = PayloadStorage.at("s3://payloads/holdfast")
        reference = await storage.of_run("ws", "ws-1").put(b"content", "x", "text/plain")
        assert list(objects) == [f"payloads/holdfast/ws/ws-1/{reference['$file']['hash']}"]
        assert await storage.of_run("ws", "ws-1").get(reference) == b"content"
        with pytest.raises(InvalidConfig):
            await storage.of_run("ws", "ws-2").get(reference)


def test_a_bucket_that_does_not_answer_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, "http://127.0.0.1:1")
    with pytest.raises(StoreAway):
        BucketStore("payloads", "").read("a")
