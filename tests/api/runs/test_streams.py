"""Live events: the same frames as server-sent events and over a WebSocket."""

import asyncio
import json
from typing import Any

from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.api.databases import frame, record
from tests.api.installation import KEY, NOOP, OTHER_KEY, Installation


async def frames_of(api: Installation, run_id: str, **headers: str) -> list[dict[str, Any]]:
    answer = await api.mine.get(f"/runs/{run_id}/events", headers=headers)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in answer.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append({"id": int(lines["id"]), "event": lines["event"], "data": json.loads(lines["data"])})
    return found


async def test_a_stream_of_an_ended_run_holds_every_frame_and_closes(api: Installation) -> None:
    run = await api.run(await api.workflow())
    await api.end(run["id"])
    found = await frames_of(api, run["id"])
    assert [(one["id"], one["event"]) for one in found] == [(1, "run"), (2, "node"), (3, "end")]
    assert found[1]["data"]["seq"] == 2 and found[1]["data"]["run_id"] == run["id"] and found[1]["data"]["key"] == "one"


async def test_a_stream_resumes_behind_the_last_frame_that_was_seen(api: Installation) -> None:
    run = await api.run(await api.workflow())
    await api.end(run["id"])
    assert [one["id"] for one in await frames_of(api, run["id"], **{"Last-Event-ID": "2"})] == [3]
    assert await frames_of(api, run["id"], **{"Last-Event-ID": "3"}) == []


async def test_a_stream_follows_a_run_until_its_end(api: Installation) -> None:
    run = await api.run(await api.workflow())
    following = asyncio.create_task(frames_of(api, run["id"]))
    for seq in (1, 2):
        await asyncio.sleep(0.05)
        await api.engine.end(record(run["id"], api.workspace_id, events=[frame(run["id"], seq)]))
    assert not following.done()
    await api.engine.end(record(run["id"], api.workspace_id, events=[frame(run["id"], 3, "end")]))
    async with asyncio.timeout(5):
        assert [one["id"] for one in await following] == [1, 2, 3]


async def test_a_stream_of_another_workspace_is_not_found(api: Installation) -> None:
    run = await api.run(await api.workflow())
    assert (await api.theirs.get(f"/runs/{run['id']}/events")).status_code == 404


async def test_an_id_that_is_not_of_the_stream_is_refused(api: Installation) -> None:
    run = await api.run(await api.workflow())
    await api.end(run["id"])
    for wrong in ("x", "-1", "1.5", "9" * 30, "9" * 5000):
        answer = await api.mine.get(f"/runs/{run['id']}/events", headers={"Last-Event-ID": wrong})
        assert answer.status_code == 422, wrong[:40]


async def test_a_socket_tells_the_same_frames_and_closes_after_the_end(api: Installation) -> None:
    run = await api.run(await api.workflow(NOOP))
    await api.end(run["id"])
    expected = await frames_of(api, run["id"])

    def read() -> tuple[list[Any], int]:
        client = TestClient(api.app)
        with client.websocket_connect(f"/api/v1/runs/{run['id']}/ws", subprotocols=[f"bearer.{KEY}"]) as socket:
            found = []
            try:
                while True:
                    found.append(socket.receive_json())
            except WebSocketDisconnect as closed:
                return found, closed.code

    if api.services.database.kind == "postgres":
        # The test client has a loop of its own, which connections of another loop can't serve.
        await api.services.database.close()
    found, code = await asyncio.to_thread(read)
    assert found == expected and code == 1000


async def test_a_socket_without_a_key_or_of_another_workspace_is_closed(api: Installation) -> None:
    run = await api.run(await api.workflow())

    def code_for(protocols: list[str] | None, path: str = "") -> int:
        client = TestClient(api.app)
        try:
            with client.websocket_connect(f"/api/v1/runs/{run['id']}/ws{path}", subprotocols=protocols) as socket:
                socket.receive_json()
        except WebSocketDisconnect as closed:
            return closed.code
        raise AssertionError("the socket stayed open")

    if api.services.database.kind == "postgres":
        await api.services.database.close()
    assert await asyncio.to_thread(code_for, None) == 4401
    assert await asyncio.to_thread(code_for, ["bearer.wrong"]) == 4401
    assert await asyncio.to_thread(code_for, None, f"?token={KEY}") == 4401
    assert await asyncio.to_thread(code_for, [f"bearer.{OTHER_KEY}"]) == 4404
