"""The connection to Temporal: made in the background, so that the API answers while the server is away."""

import asyncio

import structlog
from temporalio.client import Client, RPCError

from activities.kit.connection import connect_patiently
from activities.kit.keys import KeyRing
from activities.kit.settings import KitSettings
from api.engine.errors import TemporalAway

_HEALTH_SECONDS = 2.0


class TemporalLink:
    """One client for this process."""

    def __init__(self, settings: KitSettings, ring: KeyRing) -> None:
        self._settings = settings
        self._ring = ring
        self._client: Client | None = None
        self.connected = asyncio.Event()

    async def connect(self) -> Client:
        """Waits as long as it takes."""
        self._client = await connect_patiently(self._settings, self._ring)
        self.connected.set()
        structlog.get_logger("engine").info("connected to temporal", address=self._settings.temporal_address)
        return self._client

    @property
    def client(self) -> Client:
        """Raises `TemporalAway` before the first connection."""
        if self._client is None:
            raise TemporalAway("Temporal has not answered yet")
        return self._client

    async def is_healthy(self) -> bool:
        """Whether the server answers now."""
        if self._client is None:
            return False
        try:
            async with asyncio.timeout(_HEALTH_SECONDS):
                return await self._client.service_client.check_health()
        except (TimeoutError, RPCError):
            return False
