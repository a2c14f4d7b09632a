"""S17, S46, S47: bodies and definitions that are broken on purpose get findings or a 4xx, at once, never a 500."""

import json
import time
from typing import Any

import pytest

from api.kit.problem import ApiError
from api.kit.strict_json import MAX_BODY_BYTES, read_json
from tests.api.installation import NOOP, Installation
from tests.pace import SLOWED

JSON = {"content-type": "application/json"}


def nodes(*ids: str, **more: Any) -> list[dict[str, Any]]:
    return [{"id": one, "type": "core.noop@1", **more} for one in ids]


def with_nodes(*ids: str, edges: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"format": 1, "name": "bad", "nodes": nodes(*ids), "edges": edges or []}


def wired(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"source": source, "target": target} for source, target in pairs]


BAD: dict[str, tuple[dict[str, Any], str, str | None, str]] = {
    "cycle": (with_nodes("a", "b", "c", edges=wired(("a", "b"), ("b", "c"), ("c", "a"))), "cycle", "a", "/nodes/0"),
    "self-loop": (with_nodes("a", edges=wired(("a", "a"))), "self_loop", "a", "/edges/0"),
    "duplicate ids": (with_nodes("a", "a"), "duplicate_id", "a", "/nodes/1/id"),
    "dangling edge": (with_nodes("a", edges=wired(("a", "gone"))), "dangling_edge", None, "/edges/0/target"),
    "unknown type": ({**with_nodes(), "nodes": [{"id": "a", "type": "no.such@9"}]}, "unknown_type", "a", "/nodes/0/type"),
    "unknown reference": (
        {**with_nodes(), "nodes": [{"id": "a", "type": "core.set@1", "config": {"values": {"x": "{{ nodes.b.y }}"}}}]},
        "unknown_reference", "a", "/nodes/0/config/values/x",
    ),
    "no nodes": (with_nodes(), "no_nodes", None, "/nodes"),
    "reserved id": (with_nodes("start"), "reserved_id", "start", "/nodes/0/id"),
    "bad id": (with_nodes("Not An Id"), "invalid_id", "Not An Id", "/nodes/0/id"),
    "unknown port": (with_nodes("a", "b", edges=[{"source": "a", "target": "b", "source_port": "x"}]), "unknown_port", "a", "/edges/0/source_port"),
    "unknown field": ({**with_nodes("a"), "colour": "red"}, "invalid_definition", None, "/colour"),
    "wrong type": ({**with_nodes("a"), "nodes": "many"}, "invalid_definition", None, "/nodes"),
    "10,001 nodes": (with_nodes(*(f"n{n}" for n in range(10_001))), "too_many_nodes", None, "/nodes"),
    "100,001 edges": (with_nodes("a", "b", edges=wired(("a", "b")) * 100_001), "too_many_edges", None, "/edges"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_definition_gets_findings_with_node_and_path_within_a_second(api: Installation, name: str) -> None:
    definition, code, node_id, path = BAD[name]
    body = json.dumps(definition)
    begun = time.process_time()
    answer = await api.mine.post("/workflows/validate", content=body, headers=JSON)
    seconds = time.process_time() - begun
    if len(body) > MAX_BODY_BYTES:
        assert answer.status_code == 413
        return
    assert answer.status_code == 200, answer.text
    found = [one for one in answer.json()["findings"] if one["code"] == code]
    assert found and (found[0]["node_id"], found[0]["path"]) == (node_id, path), answer.json()["findings"][:3]
    assert seconds < SLOWED, seconds
    created = await api.mine.post("/workflows", content=json.dumps({"definition": definition}), headers=JSON)
    assert created.status_code == 201
    published = await api.mine.post(f"/workflows/{created.json()['id']}/publish")
    assert published.status_code == 422 and published.json()["findings"]


TEXTS: dict[str, bytes] = {
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "NaN": b'{"definition": {"format": NaN}}',
    "infinity": b'{"definition": {"format": 1e999}}',
    "a number of a million digits": b'{"definition": {"format": ' + b"9" * 1_000_000 + b"}}",
    "duplicate keys": b'{"definition": {}, "definition": {"x": 1}}',
    "NUL escaped": b'{"definition": {"name": "a\\u0000b"}}',
    "NUL in a key": b'{"definition": {"a\\u0000b": 1}}',
    "lone surrogate": b'{"definition": {"name": "\\ud800"}}',
    "not UTF-8": b'{"definition": "\xff\xfe"}',
    "not JSON": b"{definition}",
    "nothing": b"",
    "an array": b"[]",
    "a text": b'"definition"',
    "a BOM": b'\xef\xbb\xbf{"definition": {}}',
}


@pytest.mark.parametrize("name", TEXTS)
async def test_a_body_with_two_meanings_or_none_is_refused_by_name(api: Installation, name: str) -> None:
    begun = time.process_time()
    answer = await api.mine.post("/workflows", content=TEXTS[name], headers=JSON)
    assert answer.status_code in (413, 422), (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json" and answer.json()["detail"]
    assert time.process_time() - begun < SLOWED


async def test_a_body_above_the_bound_is_refused_without_being_read_whole(api: Installation) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b"x" * 1024 * 1024

    answer = await api.mine.post("/workflows", content=endless(), headers=JSON)
    assert answer.status_code == 413 and sent < 20


@pytest.mark.parametrize("text", ["𝒳 four bytes", "\u202egnp.exe", "e" + "\u0301" * 10_000, "naïve 東京 🙂", "' ; -- $(id) `id` -->"])
async def test_any_other_text_comes_back_as_it_went_in(api: Installation, text: str) -> None:
    definition = {**NOOP, "name": text[:200], "description": text[:10_000]}
    workflow_id = await api.workflow(definition)
    assert (await api.mine.get(f"/workflows/{workflow_id}")).json()["definition"] == definition
    assert (await api.mine.get("/workflows", params={"text": text[:50]})).status_code == 200


async def test_an_unknown_field_of_a_body_is_named(api: Installation) -> None:
    answer = await api.mine.post("/workflows", json={"definition": NOOP, "workspace_id": "other"})
    assert answer.status_code == 422 and "workspace_id" in answer.json()["detail"]


def test_a_json_text_is_read_as_everybody_reads_it() -> None:
    assert read_json('{"a": [1, 2.5, "ü", null, true, {"b": "\\ud83d\\ude42"}]}'.encode()) == {"a": [1, 2.5, "ü", None, True, {"b": "🙂"}]}
    assert read_json(b'"[[[[ not brackets ]]]]"') == "[[[[ not brackets ]]]]"
    with pytest.raises(ApiError):
        read_json(b'{"a": 1, "a": 1}')


async def test_a_pattern_of_an_input_schema_can_not_run_for_ever(api: Installation) -> None:
    schema = {"type": "object", "properties": {"x": {"type": "string", "pattern": "^(a+)+$"}}}
    workflow_id = await api.workflow({**NOOP, "input": schema})
    begun = time.process_time()
    answer = await api.mine.post(f"/workflows/{workflow_id}/runs", json={"input": {"x": "a" * 5000 + "!"}})
    assert answer.status_code == 422 and time.process_time() - begun < SLOWED
    assert answer.json()["fields"][0]["field"] == "input.x"
    backwards = await api.mine.post("/workflows/validate", json={**NOOP, "input": {"properties": {"x": {"pattern": "(?<=a)b"}}}})
    assert [one["path"] for one in backwards.json()["findings"]] == ["/input/properties/x"]
