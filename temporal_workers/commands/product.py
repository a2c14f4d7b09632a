"""The running product over HTTP, as the command line needs it."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Self

import httpx

from interpreter.json_value import JsonObject
from temporal_workers.commands.sse import Frame, frames
from temporal_workers.errors import ProductRefused, ProductUnreachable
from temporal_workers.settings import ClientSettings

_PATIENCE = 30.0
# The server sends a comment at least every 15 s; a longer silence is a dead connection.
_SILENCE = 60.0
_LONG = 300.0
"""A file may take a while to be sent and looked through."""


class Product:
    def __init__(self, base_url: str, key: str | None, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.base_url = base_url
        self._http = httpx.Client(
            base_url=f"{base_url}/api/v1", headers=headers, timeout=_PATIENCE, transport=transport, trust_env=False
        )

    @classmethod
    def from_settings(cls, settings: ClientSettings) -> Self:
        return cls(settings.base_url, settings.key)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def save_workflow(self, definition: JsonObject) -> JsonObject:
        """Create the workflow, or replace the draft of the one with this name."""
        existing = self._workflow_named(str(definition.get("name", "")))
        if existing is None:
            return self._call("POST", "/workflows", json={"definition": definition})
        revision = existing.get("draft_revision")
        return self._call(
            "PUT", f"/workflows/{existing['id']}", json={"definition": definition, "draft_revision": revision}
        )

    def start_draft(self, workflow_id: str, run_input: JsonObject) -> JsonObject:
        return self._call(
            "POST",
            f"/workflows/{workflow_id}/runs",
            json={"input": run_input, "version": "draft"},
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )

    def run(self, run_id: str) -> JsonObject:
        return self._call("GET", f"/runs/{run_id}")

    def runs(self, limit: int, **filters: str | None) -> list[JsonObject]:
        """The newest runs; the filters are named as in the address of the list."""
        query: dict[str, str | int] = {"limit": limit, **{name: value for name, value in filters.items() if value}}
        answer = self._call("GET", "/runs", params=query)
        return list(answer["items"])

    def tell(self, path: str, told: JsonObject | None) -> JsonObject:
        """Answers, intervenes, pauses."""
        body = {} if told is None else {"json": told}
        return self._call("POST", path, **body)

    def download(self, path: str, query: dict[str, str | list[str]]) -> Iterator[bytes]:
        """A file, piece by piece."""
        with self._reaching(), self._http.stream("GET", path, params=query, timeout=_SILENCE) as answer:
            if answer.is_error:
                answer.read()
                raise _refusal(answer)
            yield from answer.iter_bytes()

    def upload(self, path: str, file: IO[bytes]) -> JsonObject:
        """Sends a file as it is."""
        return self._call("POST", path, content=file, headers={"Content-Type": "application/zip"}, timeout=_LONG)

    @contextmanager
    def events(self, run_id: str, after: str | None, patience: float = _SILENCE) -> Iterator[Iterator[Frame]]:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        timeout = httpx.Timeout(_PATIENCE, read=max(0.1, min(patience, _SILENCE)))
        with (
            self._reaching(),
            self._http.stream("GET", f"/runs/{run_id}/events", headers=headers, timeout=timeout) as answer,
        ):
            if answer.status_code != 200:
                answer.read()
                raise _refusal(answer)
            yield frames(answer.iter_lines())

    def _workflow_named(self, name: str) -> JsonObject | None:
        cursor: str | None = None
        while True:
            query: dict[str, str | int] = {"limit": 200} | ({"cursor": cursor} if cursor else {})
            page = self._call("GET", "/workflows", params=query)
            for workflow in page["items"]:
                if workflow["name"] == name:
                    return dict(workflow)
            cursor = page.get("next_cursor")
            if not cursor:
                return None

    def _call(self, method: str, path: str, **arguments: object) -> JsonObject:
        with self._reaching():
            answer = self._http.request(method, path, **arguments)  # type: ignore[arg-type]
        if answer.is_error:
            raise _refusal(answer)
        return dict(answer.json())

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except httpx.TransportError as failure:
            raise ProductUnreachable(
                f"No answer from {self.base_url}: {failure or type(failure).__name__}.",
                "Start the product with `make up`, or set HOLDFAST_URL to where it runs.",
            ) from failure


def _refusal(answer: httpx.Response) -> ProductRefused:
    try:
        problem = answer.json()
    except json.JSONDecodeError:
        problem = {}
    problem = problem if isinstance(problem, dict) else {}
    title = problem.get("title") or answer.reason_phrase
    detail = problem.get("detail") or ""
    hint = str(problem.get("hint") or detail)
    if answer.status_code == 401:
        hint = "Set HOLDFAST_API_KEY to an API key of the workspace (or to the bootstrap key)."
    return ProductRefused(f"{answer.status_code} {title}", hint, answer.status_code, problem.get("findings") or [])
