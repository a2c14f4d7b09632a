"""Live events as server-sent events and over a WebSocket: the same frames."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

from fastapi import WebSocket, WebSocketDisconnect

from api.kit.services import Services
from api.store.runs import RunRow
from interpreter.json_value import JsonObject
from interpreter.protocol import RunEvent

_SILENCE_SECONDS = 10.0
_COMMENT = ": still here\n\n"


def framed(event: RunEvent) -> JsonObject:
    """A frame of the contract: `id`, `event`, `data`."""
    content = {name: value for name, value in event.items() if name != "event"}
    return {"id": event["seq"], "event": event["event"], "data": content}


async def server_sent(services: Services, run: RunRow, after: int) -> AsyncIterator[str]:
    """The text of the stream, with a comment where nothing happens, so that nobody on the way closes it."""
    queue: asyncio.Queue[RunEvent | None] = asyncio.Queue(maxsize=100)

    async def fill() -> None:
        async with aclosing(services.engine.events(run, after)) as events:  # type: ignore[type-var]
            async for event in events:
                await queue.put(event)
        await queue.put(None)

    filling = asyncio.create_task(fill())
    try:
        while True:
            try:
                async with asyncio.timeout(_SILENCE_SECONDS):
                    event = await queue.get()
            except TimeoutError:
                if filling.done() and queue.empty():
                    return
                yield _COMMENT
                continue
            if event is None:
                return
            frame = framed(event)
            yield f"id: {frame['id']}\nevent: {frame['event']}\ndata: {json.dumps(frame['data'])}\n\n"
    finally:
        filling.cancel()


async def over_websocket(socket: WebSocket, services: Services, run: RunRow) -> None:
    """Sends every frame, then closes; ends when the other side does."""
    gone = asyncio.create_task(_until_gone(socket))
    sending = asyncio.create_task(_send(socket, services, run))
    await asyncio.wait((gone, sending), return_when=asyncio.FIRST_COMPLETED)
    for task in (gone, sending):
        task.cancel()
    await asyncio.gather(gone, sending, return_exceptions=True)


async def _send(socket: WebSocket, services: Services, run: RunRow) -> None:
    async with aclosing(services.engine.events(run, 0)) as events:  # type: ignore[type-var]
        async for event in events:
            await socket.send_json(framed(event))
    await socket.close(1000)


async def _until_gone(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        return
