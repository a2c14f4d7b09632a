"""Requests that mean harm, or make no sense: a 4xx problem within a second, never a 500."""

import base64
import json
import time
from typing import Any

import pytest

from tests.api.installation import NOOP, Installation
from tests.pace import SLOWED

HUGE = 10**30
BEYOND_32_BITS, BEYOND_64_BITS = 2**31, 2**63


def cursor(*place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def is_refused(answer: Any, within: float, begun: float) -> bool:
    took = time.monotonic() - begun
    problem = answer.headers.get("content-type") == "application/problem+json"
    return 400 <= answer.status_code < 500 and problem and took < within * SLOWED and "Traceback" not in answer.text


NUMBERS = (-1, 0, BEYOND_32_BITS, BEYOND_64_BITS, HUGE)
PATHS = (
    *(f"/workflows/{{workflow}}/versions/{number}" for number in (*NUMBERS, "x", "1.5")),
    *(f"/workflows/{{workflow}}/diff?from={number}&to=1" for number in NUMBERS),
    *(f"/workflows/{{workflow}}/versions?cursor={cursor(number)}" for number in (BEYOND_64_BITS, HUGE, True, "x")),
    *(f"/runs/{{run}}/nodes?cursor={cursor(number)}" for number in (BEYOND_64_BITS, HUGE, "x", None)),
    f"/runs?cursor={cursor('2026-01-01T00:00:00+00:00')}",
    f"/runs?cursor={cursor('0001-01-01T00:00:00+23:59', 'x')}",
    f"/runs?cursor={cursor('9999-12-31T23:59:59-23:59', 'x')}",
    f"/runs?cursor={cursor('2026-01-01T00:00:00+00:00', chr(0))}",
    f"/runs?cursor={cursor('2026-01-01T00:00:00+00:00', chr(0xD800))}",
    f"/workflows?cursor={cursor('a', chr(0))}",
    f"/workflows?cursor={cursor(chr(0xD800), 'x')}",
    f"/credentials?cursor={cursor(chr(0))}",
    "/runs?cursor=" + base64.urlsafe_b64encode(b"[" * 3_00).decode(),
    "/runs?from=0001-01-01T00:00:00%2B23:59",
    "/runs?to=9999-12-31T23:59:59-23:59",
    "/runs?from=99999999999999999999",
    "/runs?text=%00",
    "/runs?workflow=%00",
    "/runs?trigger=a%00b",
    "/workflows?text=%00",
    "/workflows/%00",
    "/workflows/wf_%00/versions",
    "/runs/%00",
    "/runs/a%00b/nodes",
    "/credentials/%00",
    "/node-types/%00",
    "/workflows/" + "a" * 5_000,
    "/runs/%ed%a0%80",
)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:60])
async def test_a_strange_address_is_a_problem_and_no_defect(api: Installation, path: str) -> None:
    workflow_id = await api.workflow()
    run = await api.run(workflow_id)
    begun = time.monotonic()
    answer = await api.mine.get(path.format(workflow=workflow_id, run=run["id"]))
    assert is_refused(answer, 1, begun), (answer.status_code, answer.text[:300])


BODIES: list[tuple[str, str, Any]] = [
    *(("POST", "/workflows/{workflow}/runs", {"version": number}) for number in (-1, 0, BEYOND_32_BITS, HUGE, "1", 1.5, [], {}, True)),
    *(("POST", "/workflows/{workflow}/runs", {"input": value}) for value in ([], "x", 7)),
    ("POST", "/workflows/{workflow}/runs", {"unknown": 1}),
    ("POST", "/workflows/{workflow}/runs", {"dry_run": "perhaps"}),
    ("POST", "/workflows/{workflow}/runs?wait=61", {}),
    ("POST", "/workflows/{workflow}/runs?wait=-1", {}),
    *(("PUT", "/workflows/{workflow}", {"definition": NOOP, "draft_revision": number}) for number in (-1, 0, BEYOND_32_BITS, HUGE, "1", 1.5)),
    ("PUT", "/workflows/{workflow}", {"definition": "x"}),
    ("POST", "/workflows/validate", []),
    ("POST", "/workflows/validate", "x"),
    ("POST", "/credentials", {"name": "", "kind": "bearer", "data": {"token": "t"}}),
    ("POST", "/credentials", {"name": "x" * 201, "kind": "bearer", "data": {"token": "t"}}),
    ("POST", "/credentials", {"name": "x", "kind": "nothing", "data": {"token": "t"}}),
    ("POST", "/credentials", {"name": "x", "kind": "bearer", "data": {"token": {"path": "/etc/passwd"}}}),
    ("POST", "/credentials", {"name": "x", "kind": "bearer", "data": {"token": "t"}, "hosts": ["http://x/"]}),
    ("POST", "/credentials", {"name": "x", "kind": "bearer", "data": {"token": "t\r\nX: y"}}),
]


@pytest.mark.parametrize(("method", "path", "body"), BODIES, ids=lambda value: str(value)[:50])
async def test_a_strange_body_is_a_problem_and_no_defect(api: Installation, method: str, path: str, body: Any) -> None:
    workflow_id = await api.workflow()
    begun = time.monotonic()
    answer = await api.mine.request(method, path.format(workflow=workflow_id), json=body)
    assert is_refused(answer, 1, begun), (answer.status_code, answer.text[:300])
    assert api.engine.started == []


RAW: dict[str, tuple[bytes, str]] = {
    "depth": (b"[" * 100_000, "application/json"),
    "NaN": (b'{"definition": {"a": NaN}}', "application/json"),
    "a key twice": (b'{"definition": {}, "definition": {}}', "application/json"),
    "NUL": (b'{"definition": {"name": "\\u0000"}}', "application/json"),
    "a lone surrogate": (b'{"definition": {"name": "\\ud800"}}', "application/json"),
    "digits": (b'{"definition": {"a": ' + b"9" * 5_000 + b"}}", "application/json"),
    "nothing": (b"", "application/json"),
    "no JSON": (b"name=x", "application/json"),
    "a form": (b"definition=%7B%7D", "application/x-www-form-urlencoded"),
    "a plain text": (b'{"definition": {}}', "text/plain"),
    "an endless text": (b'"' + b'\\"' * 1_000_000, "application/json"),
}


@pytest.mark.parametrize("name", RAW)
async def test_a_body_that_is_no_honest_json_is_refused(api: Installation, name: str) -> None:
    content, kind = RAW[name]
    begun = time.monotonic()
    answer = await api.mine.post("/workflows", content=content, headers={"Content-Type": kind})
    assert is_refused(answer, 1, begun), (answer.status_code, answer.text[:300])


async def test_a_body_that_is_too_large_is_refused_before_it_is_read_whole(api: Installation) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 200 * 2**20:
            sent += 2**20
            yield b" " * 2**20

    answer = await api.mine.post("/workflows", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413 and answer.json()["code"] == "too_large"
    assert sent <= 16 * 2**20


async def test_a_body_is_not_read_for_somebody_without_a_key(api: Installation) -> None:
    async def never() -> Any:
        yield b"{"
        raise AssertionError("the body was read")

    answer = await api.client().post("/workflows", content=never(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 401


async def test_an_idempotency_key_is_bounded_and_plain(api: Installation) -> None:
    workflow_id = await api.workflow()
    for key in (b"", b"x" * 201, b"a\x00b"):
        answer = await api.mine.post(f"/workflows/{workflow_id}/runs", json={}, headers={b"Idempotency-Key": key})  # type: ignore[dict-item]
        assert answer.status_code == 422, key[:20]


async def test_methods_and_addresses_that_do_not_exist_are_problems(api: Installation) -> None:
    for method, path, status in (("PATCH", "/workflows", 405), ("GET", "/nothing", 404), ("GET", "/workflows/", 404), ("POST", "/system", 405)):
        answer = await api.mine.request(method, path)
        assert answer.status_code == status, (method, path, answer.status_code)
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "code"} <= set(problem) and problem["status"] == status


async def test_a_defect_shows_nothing_of_itself(api: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("hidden-word")

    monkeypatch.setattr(type(api.services.database), "read", broken)
    answer = await api.mine.get("/workflows")
    assert answer.status_code == 500 and answer.json()["code"] == "internal_error"
    assert "hidden-word" not in answer.text and answer.headers["content-type"] == "application/problem+json"
