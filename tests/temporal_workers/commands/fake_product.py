"""The product's HTTP API as far as the command line uses it, in memory."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from temporal_workers.commands.product import Product

KEY = "k" * 40
RUN = "ws-run"


def sse(id: int, event: str, **content: Any) -> str:
    return f"id: {id}\nevent: {event}\ndata: {json.dumps({'seq': id, 'run_id': RUN, **content})}\n\n"


@dataclass
class FakeProduct:
    """Keeps workflows by id, and answers one run whose event streams a test lays out."""

    record: dict[str, Any] = field(
        default_factory=lambda: {"status": "succeeded", "output": {"total": 7}, "error": None}
    )
    streams: list[str | Exception] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    workflows: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: list[dict[str, Any]] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    down: bool = False
    refusal: httpx.Response | None = None
    """What it answers to those who tell a run something."""

    def connect(self, key: str | None = KEY) -> Product:
        return Product("http://127.0.0.1:8700", key, httpx.MockTransport(self.answer))

    def bodies(self, method: str, path: str) -> list[dict[str, Any]]:
        asked = [request for request in self.requests if request.method == method and request.url.path == path]
        return [json.loads(request.content) for request in asked]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.down:
            raise httpx.ConnectError("connection refused")
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return self._problem(401, "Unauthorized")
        path = request.url.path.removeprefix("/api/v1")
        if path.startswith("/workflows"):
            return self._workflow(request, path)
        if request.method == "POST" and path.startswith(f"/runs/{RUN}/"):
            return self.refusal or httpx.Response(202, json={"id": RUN, "status": "running"})
        if path == f"/runs/{RUN}/events":
            return self._events()
        if path == f"/runs/{RUN}":
            return httpx.Response(200, json={"id": RUN, "workflow_id": "wf_1", **self.record})
        if path == "/runs":
            return httpx.Response(200, json={"items": self.runs, "next_cursor": None})
        return self._problem(404, "Not found")

    def _workflow(self, request: httpx.Request, path: str) -> httpx.Response:
        if path.endswith("/runs"):
            return httpx.Response(202, json={"id": RUN, "status": "queued"})
        if request.method == "GET":
            return self._page(request)
        body = json.loads(request.content)
        if request.method == "POST":
            return httpx.Response(201, json=self._save(f"wf_{len(self.workflows) + 1}", body["definition"]))
        if body["draft_revision"] != self.workflows[path.rpartition("/")[2]]["draft_revision"]:
            return self._problem(409, "Conflict")
        return httpx.Response(200, json=self._save(path.rpartition("/")[2], body["definition"]))

    def _page(self, request: httpx.Request) -> httpx.Response:
        # One a page, so that the command has to follow the cursor.
        start = int(request.url.params.get("cursor", "0"))
        items = list(self.workflows.values())
        following = str(start + 1) if start + 1 < len(items) else None
        return httpx.Response(200, json={"items": items[start : start + 1], "next_cursor": following})

    def _save(self, id: str, definition: dict[str, Any]) -> dict[str, Any]:
        revision = self.workflows.get(id, {}).get("draft_revision", 0) + 1
        saved = {"id": id, "name": definition["name"], "draft_revision": revision, "findings": self.findings}
        self.workflows[id] = saved
        return saved

    def _events(self) -> httpx.Response:
        stream = self.streams.pop(0)
        if isinstance(stream, Exception):
            raise stream
        return httpx.Response(200, text=stream, headers={"Content-Type": "text/event-stream"})

    def _problem(self, status: int, title: str, **more: Any) -> httpx.Response:
        return httpx.Response(status, json={"type": "about:blank", "title": title, "status": status, **more})
