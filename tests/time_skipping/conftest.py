"""A server on which time passes as fast as nothing happens."""

import os
import uuid
from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from interpreter.protocol import WORKER_QUEUE
from tests.engine.conftest import UNENCRYPTED, Engine

TEST_SERVER = os.environ.get("HOLDFAST_TEST_SERVER")


@pytest.fixture(scope="session")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    if TEST_SERVER is None:
        pytest.skip("HOLDFAST_TEST_SERVER is not set: Temporal's time-skipping server needs Java and Maven")
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=TEST_SERVER, data_converter=UNENCRYPTED
    ) as environment:
        yield environment


@pytest.fixture
def engine(skipping: WorkflowEnvironment) -> Engine:
    """Without workers: each test starts and restarts them itself.

    Nothing is cached, since this server waits for ever for a worker that had a run in its cache.
    """
    queue = f"{WORKER_QUEUE}-{uuid.uuid4().hex[:8]}"
    return Engine(skipping.client, queue, continue_after=None, max_cached=0)
