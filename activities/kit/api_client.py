"""The worker's way to its own API: patient, since a restart of the API must use up no attempts."""

import asyncio
import time
from types import TracebackType

import httpx

from activities.kit.errors import ConnectionFailed
from activities.kit.settings import KitSettings

PATIENCE = 90.0
_TIMEOUT = 10.0
_LONGEST_PAUSE = 5.0


class ApiClient:
    """Speaks to `/internal/v1` with the worker's token; not a way to anywhere else."""

    def __init__(self, settings: KitSettings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{settings.api_url}/internal/v1",
            headers={"Authorization": f"Bearer {settings.worker_token}"},
            timeout=_TIMEOUT,
            trust_env=False,
            follow_redirects=False,
            transport=transport,
        )
        self._patience = PATIENCE

    async def __aenter__(self) -> "ApiClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def request(
        self, method: str, path: str, *, json: object = None, params: dict[str, str] | None = None, patience: float | None = None
    ) -> httpx.Response:
        """The answer below 500; waits so many seconds while the API is away, then raises `ConnectionFailed`."""
        patience = self._patience if patience is None else patience
        deadline = time.monotonic() + patience
        pause = 0.1
        while True:
            try:
                answer = await self._http.request(method, path, json=json, params=params)
                if answer.status_code < 500:
                    return answer
            except httpx.TransportError:
                pass
            if time.monotonic() + pause > deadline:
                raise ConnectionFailed(f"the API did not answer for {patience:g} s", "is `holdfast api` running?")
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)
