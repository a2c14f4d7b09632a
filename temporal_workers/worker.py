"""The worker: runs the generic run workflow and all node activities."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import jsonata  # noqa: F401  imported before the sandbox, which passes it through
import structlog
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.kit.connection import connect_patiently
from activities.kit.keys import KeyRing
from activities.kit.logs import configure_logs
from activities.registration import Services, load_activities, load_stubs
from interpreter.protocol import DRY_RUN_QUEUE, EXPRESS_QUEUE, WORKER_QUEUE
from temporal_workers.settings import WorkerSettings
from temporal_workers.workflows.run import RunWorkflow

_PASSED_THROUGH = ("interpreter", "jsonata")
"""Pure, and imported once: re-imported in every run they would cost 50 ms each time."""
_BEAT = timedelta(seconds=1)
"""How often a heartbeat may go out; the kit beats slower, where there is nothing to tell."""


def run_worker(
    client: Client,
    settings: WorkerSettings,
    activities: Sequence[Callable[..., Any]],
    queue: str = WORKER_QUEUE,
    workflows: Sequence[type] = (RunWorkflow,),
) -> Worker:
    """A worker on a queue, not started."""
    return Worker(
        client,
        task_queue=queue,
        workflows=workflows,
        activities=activities,
        workflow_runner=SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*_PASSED_THROUGH)
        ),
        max_cached_workflows=settings.max_cached_workflows,
        max_concurrent_workflow_tasks=settings.max_workflow_tasks,
        max_concurrent_activities=settings.max_activities,
        max_concurrent_local_activities=settings.max_activities,
        graceful_shutdown_timeout=timedelta(seconds=settings.graceful_shutdown_seconds),
        # After a worker's death the next one waits this long for tasks that were meant for the dead one.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=3),
        max_heartbeat_throttle_interval=_BEAT,
        default_heartbeat_throttle_interval=_BEAT,
        max_eager_activity_reservations_per_workflow_task=settings.eager_activities,
    )


async def serve(settings: WorkerSettings) -> None:
    """Runs a worker until SIGTERM or SIGINT, then drains it."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    log = structlog.get_logger("worker")
    client = await connect_patiently(settings, KeyRing.from_settings(settings))
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(Services.open(settings))
        activities = load_activities(services)
        for queue in (WORKER_QUEUE, EXPRESS_QUEUE):
            await stack.enter_async_context(run_worker(client, settings, activities, queue))
        await stack.enter_async_context(run_worker(client, settings, load_stubs(services), DRY_RUN_QUEUE, ()))
        log.info("worker is ready", queue=WORKER_QUEUE, temporal=settings.temporal_address)
        await stop.wait()
        log.info("worker drains", at_most_seconds=settings.graceful_shutdown_seconds)


def main() -> None:
    """`holdfast worker`."""
    configure_logs()
    asyncio.run(serve(WorkerSettings()))
