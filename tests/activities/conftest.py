"""The double of an HTTP service on a real port, and an egress client that may call it."""

from collections.abc import AsyncIterator

import pytest

from activities.core.fake import FakeService
from activities.kit.egress import EgressClient
from tests.activities.serving import serving

LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture(scope="session")
async def _service() -> AsyncIterator[tuple[FakeService, str]]:
    service = FakeService()
    async with serving(service) as port:
        yield service, f"http://127.0.0.1:{port}"


@pytest.fixture
def service(_service: tuple[FakeService, str]) -> FakeService:
    _service[0].requests.clear()
    return _service[0]


@pytest.fixture
def url(_service: tuple[FakeService, str]) -> str:
    return _service[1]


@pytest.fixture
async def egress() -> AsyncIterator[EgressClient]:
    async with EgressClient(LOOPBACK) as client:
        yield client
