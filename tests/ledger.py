"""A server outside the product that records every call: the oracle of what really happened."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Call:
    key: str
    begun: float
    ended: float
    idempotency_key: str | None


@dataclass
class Ledger:
    """Calls by key. A held key is answered only once it is let go."""

    url: str = ""
    calls: dict[str, list[Call]] = field(default_factory=lambda: defaultdict(list))
    arrived: dict[str, threading.Event] = field(default_factory=lambda: defaultdict(threading.Event))
    held: dict[str, threading.Event] = field(default_factory=dict)
    delay: float = 0.0
    refused: dict[str, int] = field(default_factory=dict)
    """Keys that are answered with this status instead."""
    refusals: dict[str, int] = field(default_factory=dict)
    """Of those the keys that are refused only so often."""
    retry_after: dict[str, str] = field(default_factory=dict)
    """What a refusal says of the next try."""

    def status_of(self, key: str) -> int:
        status = self.refused.get(key, 200)
        left = self.refusals.get(key)
        if status == 200 or left is None:
            return status
        self.refusals[key] = left - 1
        return status if left > 0 else 200

    def hold(self, key: str) -> None:
        self.held[key] = threading.Event()

    def let_go(self, key: str) -> None:
        self.held.pop(key).set()

    def wait_for(self, key: str, patience: float = 60) -> None:
        assert self.arrived[key].wait(patience), f"{key} was never called"

    def take(self, key: str, idempotency_key: str | None) -> None:
        begun = time.monotonic()
        self.arrived[key].set()
        held = self.held.get(key)
        if held is not None:
            held.wait(120)
        if self.delay:
            time.sleep(self.delay)
        self.calls[key].append(Call(key, begun, time.monotonic(), idempotency_key))


@contextmanager
def running_ledger() -> Iterator[Ledger]:
    ledger = Ledger()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            key = parse_qs(urlsplit(self.path).query)["key"][0]
            ledger.take(key, self.headers.get("Idempotency-Key"))
            body = b'{"ok": true}'
            try:
                self.send_response(ledger.status_of(key))
                if key in ledger.retry_after:
                    self.send_header("Retry-After", ledger.retry_after[key])
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the caller was killed: that is what these tests do

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    ledger.url = f"http://127.0.0.1:{server.server_address[1]}/effect"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield ledger
    finally:
        server.shutdown()
        server.server_close()
