"""Runs nodes made up by a test as activities, without a Temporal server."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.kit.api_client import ApiClient
from activities.kit.egress import EgressClient
from activities.kit.keys import KeyRing
from activities.kit.large_values import LargeValues
from activities.kit.leases import LeaseClient
from activities.kit.node import Implementation, NodeFunction
from activities.kit.object_stores import FolderStore
from activities.kit.payload_storage import PayloadStorage
from activities.kit.result_cache import ResultCache
from activities.kit.runner import NodeRunner
from activities.kit.settings import KitSettings
from interpreter.json_value import JsonObject
from interpreter.node_type import Kind, NodeConfig, NodeType
from interpreter.protocol import NodeCall, NodeResult

SCHEDULED = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
POLICY = RetryPolicy(initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=60), maximum_attempts=3)
LEASE = {"name": "shop", "kind": "bearer", "data": {"token": "canary-token"}, "hosts": None, "expires_in": 60}


class AnyConfig(NodeConfig):
    text: str = ""
    number: int = 0
    value: Any = None


def node_type(config: type[NodeConfig] = AnyConfig) -> NodeType:
    return NodeType("test.node@1", "Test", "", "Test", Kind.SERVICE, config)


@dataclass
class Running:
    """One activity environment; every heartbeat is kept."""

    runner: NodeRunner
    environment: ActivityEnvironment = field(default_factory=ActivityEnvironment)
    beats: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.environment.on_heartbeat = lambda *details: self.beats.append(details)
        self.told(scheduled_time=SCHEDULED, start_to_close_timeout=timedelta(seconds=60), retry_policy=POLICY)

    def told(self, **info: Any) -> None:
        """What Temporal tells the activity."""
        self.environment.info = replace(self.environment.info, **info)

    async def __call__(self, function: NodeFunction, config: JsonObject, scope: JsonObject | None = None, **call: Any) -> NodeResult:
        run = self.runner.activity_of(Implementation("test.node@1", function), node_type())
        asked = NodeCall("ws-1", "ws", "n", "n#2", "test.node@1", config, scope or {}, **call)
        result: NodeResult = await self.environment.run(run, asked)
        return result

    async def failure(self, function: NodeFunction, config: JsonObject | None = None, **call: Any) -> ApplicationError:
        try:
            await self(function, config or {}, **call)
        except ApplicationError as error:
            return error
        raise AssertionError("the node succeeded")


MOST_BYTES = 2 * 1024 * 1024
"""The largest value that a node may give in these tests."""


@asynccontextmanager
async def running(home: Path, api: Callable[[httpx.Request], httpx.Response] | None = None) -> AsyncIterator[Running]:
    def lease(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=LEASE)

    settings = KitSettings(home=home)
    async with EgressClient() as http, ApiClient(settings, httpx.MockTransport(api or lease)) as client:
        storage = PayloadStorage(FolderStore(home / "payloads"))
        values = LargeValues(storage, KeyRing.from_settings(settings), MOST_BYTES)
        yield Running(NodeRunner(http, LeaseClient(client), storage, values, cache=ResultCache(client)))
