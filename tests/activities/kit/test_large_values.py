"""Large values: kept once, closed to others, put back where they are read."""

import json
from pathlib import Path
from typing import Any

import pytest

from activities.kit.errors import InvalidResponse, ValueTooLarge
from activities.kit.keys import KEY_BYTES, KeyRing
from activities.kit.large_values import LargeValues, Owner, ValueLost
from activities.kit.object_stores import FolderStore
from activities.kit.payload_storage import PayloadStorage
from interpreter.json_value import Json
from interpreter.large_value import element_of, is_reference

OWNER = Owner("ws", "ws-1")
OLD, NEW = b"o" * KEY_BYTES, b"n" * KEY_BYTES


def values(folder: Path, keys: dict[str, bytes] | None = None, most: int = 1_000_000) -> LargeValues:
    return LargeValues(PayloadStorage(FolderStore(folder)), KeyRing(keys or {"old": OLD}), most)


async def kept(some: LargeValues, value: Json, inline: int = 100, extracts: list[list[Any]] | None = None, owner: Owner = OWNER) -> Json:
    return await some.kept(owner, value, json.dumps(value), inline, extracts or [])


async def test_a_small_value_travels_itself_and_a_large_one_as_a_reference(tmp_path: Path) -> None:
    some = values(tmp_path)
    assert await kept(some, {"n": 1}) == {"n": 1}
    reference = await kept(some, {"text": "x" * 1000, "n": 1}, extracts=[["n"], ["text"], ["no", "way"]])
    assert is_reference(reference)
    told = reference["$payload"]
    assert (told["type"], told["size"], told["extracts"]["n"]) == ("object", len(json.dumps({"text": "x" * 1000, "n": 1})), 1)
    assert await some.here(OWNER, {"a": [reference, 2]}) == {"a": [{"text": "x" * 1000, "n": 1}, 2]}


async def test_what_is_kept_is_compressed_closed_and_kept_once(tmp_path: Path) -> None:
    some = values(tmp_path)
    await kept(some, ["secret word"] * 1000)
    await kept(some, ["secret word"] * 1000)
    [file] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file.stat().st_size < 1000
    assert b"secret" not in file.read_bytes()
    assert file.parent == tmp_path / "ws" / "ws-1"


async def test_a_rotated_key_still_opens_what_it_closed(tmp_path: Path) -> None:
    reference = await kept(values(tmp_path), list(range(1000)))
    assert await values(tmp_path, {"new": NEW, "old": OLD}).here(OWNER, reference) == list(range(1000))
    with pytest.raises(ValueLost):
        await values(tmp_path, {"new": NEW}).here(OWNER, reference)


@pytest.mark.parametrize("other", [Owner("ws", "ws-2"), Owner("other", "ws-1")])
async def test_no_other_run_reads_it(tmp_path: Path, other: Owner) -> None:
    some = values(tmp_path)
    reference = await kept(some, list(range(1000)))
    with pytest.raises(ValueLost):
        await some.here(other, reference)
    # Not even where the bytes lie in its own folder.
    (tmp_path / other.workspace_id / other.run_id).mkdir(parents=True, exist_ok=True)
    [file] = (tmp_path / "ws" / "ws-1").iterdir()
    (tmp_path / other.workspace_id / other.run_id / file.name).write_bytes(file.read_bytes())
    with pytest.raises(ValueLost):
        await values(tmp_path).here(other, reference)


async def test_a_damaged_or_lost_value_is_an_error_worth_a_retry(tmp_path: Path) -> None:
    reference = await kept(values(tmp_path), list(range(1000)))
    [file] = (tmp_path / "ws" / "ws-1").iterdir()
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(ValueLost) as damaged:
        await values(tmp_path).here(OWNER, reference)
    assert damaged.value.retryable
    file.unlink()
    with pytest.raises(ValueLost):
        await values(tmp_path).here(OWNER, reference)


async def test_a_value_above_the_limit_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ValueTooLarge, match="1000 at most"):
        await kept(values(tmp_path, most=1000), "x" * 2000)


async def test_fifty_megabytes_are_kept_and_read(tmp_path: Path) -> None:
    large = [{"n": n, "text": "x" * 480} for n in range(100_000)]
    some = values(tmp_path, most=64 * 1024 * 1024)
    reference = await kept(some, large)
    assert reference["$payload"]["size"] > 50_000_000
    assert (await values(tmp_path).here(OWNER, reference))[99_999] == large[-1]


async def test_an_output_that_looks_like_a_reference_is_refused(tmp_path: Path) -> None:
    forged = {"deep": [{"$payload": {"hash": "0" * 64}}]}
    with pytest.raises(InvalidResponse):
        await kept(values(tmp_path), forged, inline=10_000)
    assert await kept(values(tmp_path), {"$payload": "a word"}, inline=10_000) == {"$payload": "a word"}


async def test_a_long_list_is_kept_in_chunks_whose_elements_can_be_read_one_by_one(tmp_path: Path) -> None:
    some = values(tmp_path)
    items = [{"n": n} for n in range(450)]
    told = await some.in_chunks(OWNER, items, json.dumps(items), 100)
    assert (told["$items"]["count"], len(told["$items"]["chunks"])) == (450, 3)
    assert await some.here(OWNER, element_of(told["$items"]["chunks"][2], 49)) == {"n": 449}
    assert await some.in_chunks(OWNER, items[:2], json.dumps(items[:2]), 100) == items[:2]
