"""Lets Temporal's page call the codec from its own origin, and no other page."""

from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_DAY = 86_400


class CodecCrossOrigin:
    """Answers the browser's question before a call, for the codec's addresses only."""

    def __init__(self, app: ASGIApp, path: str, temporal_ui: str) -> None:
        self._app = app
        self._path = path
        parts = urlsplit(temporal_ui)
        origins = [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
        self._guarded = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["POST"],
            allow_headers=["Authorization", "Content-Type", "X-Namespace"],
            max_age=_DAY,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_codec = scope["type"] == "http" and scope["path"].startswith(self._path)
        await (self._guarded if is_codec else self._app)(scope, receive, send)
