"""A server that speaks as much S3 as payload storage asks for."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

Objects = dict[str, bytes]


@contextmanager
def fake_bucket() -> Iterator[tuple[str, Objects]]:
    """Its endpoint, and what it holds by `bucket/key`."""
    objects: Objects = {}

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _body(self) -> bytes:
            if "chunked" in self.headers.get("Content-Encoding", "") or "STREAMING" in self.headers.get("x-amz-content-sha256", ""):
                return self._unchunked(self.rfile.read(int(self.headers["Content-Length"])))
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def _unchunked(self, raw: bytes) -> bytes:
            found = b""
            while raw:
                head, _, raw = raw.partition(b"\r\n")
                size = int(head.split(b";")[0], 16)
                if not size:
                    return found
                found, raw = found + raw[:size], raw[size + 2 :]
            return found

        def do_PUT(self) -> None:
            objects[self._key()] = self._body()
            self._answer(200)

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            if "list-type" in asked:
                bucket = self._key().strip("/")
                start = f"{bucket}/{asked.get('prefix', [''])[0]}"
                keys = [key.removeprefix(f"{bucket}/") for key in objects if key.startswith(start)]
                contents = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys)
                self._answer(200, f"<ListBucketResult>{contents}</ListBucketResult>".encode())
            elif self._key() in objects:
                self._answer(200, objects[self._key()])
            else:
                self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

        def do_POST(self) -> None:
            bucket = self._key().strip("/")
            for key in re.findall(r"<Key>(.*?)</Key>", self._body().decode()):
                objects.pop(f"{bucket}/{key}", None)
            self._answer(200, b"<DeleteResult></DeleteResult>")

        def _key(self) -> str:
            return unquote(urlsplit(self.path).path).lstrip("/")

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", objects
    finally:
        server.shutdown()
