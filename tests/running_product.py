"""The whole product as a user starts it: `holdfast up` on a home of its own, with its processes within reach."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.ports import free_port

PATIENCE = 120.0
HOLDFAST = str(Path(sys.executable).with_name("holdfast"))
ENDS = ("succeeded", "failed", "cancelled", "timed_out")


@dataclass
class RunningProduct:
    """One installation; it may be stopped, killed in parts and started again."""

    home: Path
    port: int
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    more: dict[str, str] = field(default_factory=dict)
    supervisor: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}/api/v1", headers={"Authorization": f"Bearer {self.key}"}, timeout=90
        )

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
        return {
            **kept,
            "HOLDFAST_HOME": str(self.home),
            "HOLDFAST_PORT": str(self.port),
            "HOLDFAST_BOOTSTRAP_API_KEY": self.key,
            "HOLDFAST_EGRESS_ALLOW": "127.0.0.0/8",
            # While a killed server is down, another product on this machine may take its port: it must not answer for it.
            "TEMPORAL_NAMESPACE": f"test-{self.port}",
            **self.more,
        }

    # processes

    def start(self) -> float:
        """Starts everything; gives the seconds until it was ready."""
        begun = time.monotonic()
        log = (self.home / "up.log").open("ab")
        self.supervisor = subprocess.Popen(
            [HOLDFAST, "up"], env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        log.close()
        self.until(self._is_ready, "the product is ready")
        return time.monotonic() - begun

    def _is_ready(self) -> bool:
        if self.supervisor is not None and self.supervisor.poll() is not None:
            raise AssertionError(f"`holdfast up` ended: {(self.home / 'up.log').read_text()[-3000:]}")
        try:
            return self.http.get("/health/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.terminate()
            self.supervisor.wait(60)

    def children(self) -> dict[str, int]:
        """The process ids of the supervisor's children by name; never looked for by name elsewhere."""
        assert self.supervisor is not None
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and _parent(folder) == self.supervisor.pid:
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                name = next((word for word in ("api", "worker") if word in words), "temporal")
                found[name] = int(folder.name)
        return found

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        os.kill(self.children()[name], number)

    def kill_everything(self) -> None:
        assert self.supervisor is not None
        pids = [*self.children().values()]
        self.supervisor.kill()
        self.supervisor.wait(10)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    # workflows and runs

    def published(self, definition: dict[str, Any]) -> str:
        created = self.http.post("/workflows", json={"definition": {"format": 1, "name": "test", **definition}})
        assert created.status_code == 201, created.text
        workflow_id: str = created.json()["id"]
        answer = self.http.post(f"/workflows/{workflow_id}/publish")
        assert answer.is_success, answer.text
        return workflow_id

    def start_run(self, workflow_id: str, input: Any = None, wait: int = 0, key: str | None = None) -> dict[str, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        answer = self.http.post(
            f"/workflows/{workflow_id}/runs", params={"wait": wait}, json={"input": input or {}}, headers=headers
        )
        assert answer.status_code in (200, 202), answer.text
        run: dict[str, Any] = answer.json()
        return run

    def run(self, run_id: str) -> dict[str, Any]:
        answer = self.http.get(f"/runs/{run_id}")
        assert answer.status_code == 200, answer.text
        run: dict[str, Any] = answer.json()
        return run

    def nodes(self, run_id: str) -> list[dict[str, Any]]:
        answer = self.http.get(f"/runs/{run_id}/nodes", params={"limit": 200})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def ended(self, run_id: str, patience: float = PATIENCE) -> dict[str, Any]:
        self.until(lambda: self._status(run_id) in ENDS, f"run {run_id} has ended", patience)
        return self.run(run_id)

    def _status(self, run_id: str) -> str | None:
        try:
            status: str = self.http.get(f"/runs/{run_id}", timeout=10).json()["status"]
        except (httpx.TransportError, KeyError, ValueError):
            return None
        return status

    def until(self, condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline:
                logs = "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in (self.home / "logs").glob("*.log"))
                raise AssertionError(f"not within {patience:g} s: {what}\n{logs}")
            time.sleep(0.1)


def _parent(folder: Path) -> int | None:
    try:
        return int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError, ValueError):
        return None


@contextmanager
def running_product(home: Path, **more: str) -> Iterator[RunningProduct]:
    """A started product; it is stopped at the end, whatever is left of it."""
    product = RunningProduct(home, free_port(18_700), more=more)
    try:
        product.start()
        yield product
    finally:
        product.stop()
        product.http.close()
