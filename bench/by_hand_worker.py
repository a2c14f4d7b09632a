"""A worker for the hand-written workflows: a process of its own, like the product's worker."""

import asyncio
import signal

from activities.kit.connection import connect_patiently
from activities.kit.keys import KeyRing
from activities.registration import Services, load_activities
from bench.by_hand import Chain, Empty, FanOut
from temporal_workers.settings import WorkerSettings
from temporal_workers.worker import run_worker

QUEUE = "bench-by-hand"


async def serve() -> None:
    settings = WorkerSettings()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await connect_patiently(settings, KeyRing.from_settings(settings))
    async with Services.open(settings) as services:
        workflows = [Chain, Empty, FanOut]
        async with run_worker(client, settings, load_activities(services), QUEUE, workflows):
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve())
