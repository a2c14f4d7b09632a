"""The product under measurement, and what the hand-written side needs beside it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporal_workers.ports import next_free
from tests.running_product import RunningProduct, running_product


@dataclass(frozen=True)
class Product:
    """The product, the address of its Temporal, and the service that both sides call."""

    running: RunningProduct
    echo: str
    bare: str
    """The route to which an answer is compared."""
    temporal: str

    def published(self, definition: dict[str, Any]) -> str:
        return self.running.published(definition)

    def run(self, workflow_id: str) -> dict[str, Any]:
        """Runs to the end, in one call."""
        ended = self.running.start_run(workflow_id, wait=60)
        if ended["status"] != "succeeded":
            raise RuntimeError(f"a measured run ended as {ended}")
        return ended


@contextmanager
def running(home: Path) -> Iterator[Product]:
    """Starts everything and stops it again."""
    with ExitStack() as stack:
        product = stack.enter_context(running_product(home))
        temporal = product.http.get("/system").raise_for_status().json()["temporal"]["address"]
        environment = {**product.environment, "TEMPORAL_ADDRESS": temporal, "HOLDFAST_API_URL": f"http://127.0.0.1:{product.port}"}
        log = stack.enter_context((home / "bench.log").open("wb"))
        port = next_free(18_900)
        stack.enter_context(_process([sys.executable, "-m", "bench.echo", str(port)], environment, log))
        stack.enter_context(_process([sys.executable, "-m", "bench.by_hand_worker"], environment, log))
        bare = next_free(port + 1)
        route = [sys.executable, "-m", "bench.bare_route", str(bare), str(home / "bare.db")]
        stack.enter_context(_process(route, environment, log))
        _until_served(bare)
        yield Product(product, f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{bare}/run", temporal)


def _until_served(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("the bare route did not begin to serve")


@contextmanager
def _process(command: list[str], environment: dict[str, str], log: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
