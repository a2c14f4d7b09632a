"""Fixtures that every test may use: a real Temporal server, one for the whole session."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.kit.logs import configure_logs
from temporal_workers.dev_server import server_command
from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.ports import next_free
from temporal_workers.temporal_binary import find
from tests.ports import free_port


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    configure_logs()


@pytest.fixture(scope="session")
async def temporal_binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("HOLDFAST_TEMPORAL_BIN")
    home = Home(tmp_path_factory.mktemp("binary-home"))
    found = await find(Path(named) if named else None, home, Narrator(), environment=dict(os.environ), fetchers=())
    return found.path


@pytest.fixture(scope="session")
async def temporal_address(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of a tuned dev server of this test session."""
    folder = tmp_path_factory.mktemp("temporal")
    port = free_port(17_233)
    command = server_command(temporal_binary, port=port, ui_port=next_free(port + 1), database=folder / "temporal.db", headless=True)
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            await _until_ready(f"127.0.0.1:{port}")
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()


async def _until_ready(address: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                client = await Client.connect(address)
                await client.service_client.check_health()
                return
            except (RuntimeError, RPCError):
                await asyncio.sleep(0.1)
