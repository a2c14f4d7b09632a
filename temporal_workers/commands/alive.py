"""`holdfast check`: whether the api or the worker of this very container or machine is alive, for container engines."""

import asyncio
import socket
import time
import urllib.request
from datetime import UTC

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.kit.connection import connect
from activities.kit.keys import KeyRing
from interpreter.protocol import WORKER_QUEUE
from temporal_workers.settings import UpSettings, WorkerSettings

_LONGEST_SILENCE = 120.0
_PATIENCE = 8.0


def check(what: str) -> int:
    alive, said = _api() if what == "api" else asyncio.run(_worker())
    print(said)
    return 0 if alive else 1


def _api() -> tuple[bool, str]:
    url = UpSettings().local_url + "/api/v1/health/ready"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5):
            return True, "the API is ready"
    except OSError as failure:
        return False, f"the API is not ready: {failure}"


async def _worker() -> tuple[bool, str]:
    settings = WorkerSettings()
    try:
        async with asyncio.timeout(_PATIENCE):
            client = await connect(settings, KeyRing.from_settings(settings))
            pollers = await pollers_of(client, settings.temporal_namespace)
    except (RPCError, RuntimeError, TimeoutError) as failure:
        return False, f"Temporal does not answer: {failure or type(failure).__name__}"
    if polls_here(pollers, socket.gethostname(), time.time()):
        return True, "the worker polls"
    return False, f"no worker of this machine polled {WORKER_QUEUE} in the last {_LONGEST_SILENCE:.0f} s"


async def pollers_of(client: Client, namespace: str, queue: str = WORKER_QUEUE) -> list[PollerInfo]:
    request = DescribeTaskQueueRequest(
        namespace=namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    return list((await client.workflow_service.describe_task_queue(request)).pollers)


def polls_here(pollers: list[PollerInfo], machine: str, now: float) -> bool:
    """The SDK names a worker `process@machine`."""
    return any(
        poller.identity.rpartition("@")[2] == machine
        and now - poller.last_access_time.ToDatetime(UTC).timestamp() < _LONGEST_SILENCE
        for poller in pollers
    )
