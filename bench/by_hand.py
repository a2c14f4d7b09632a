"""The same graphs written by hand as Temporal workflows, with the product's own activity, codec and worker settings."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from interpreter.protocol import NodeCall, NodeResult

HTTP = "core.http_request@1"
_ONE_ATTEMPT = timedelta(seconds=60)


async def _request(run_id: str, key: str, url: str) -> NodeResult:
    call = NodeCall(run_id, "hand", key, key, HTTP, {"method": "GET", "url": url}, {})
    return await workflow.execute_activity(
        HTTP,
        call,
        activity_id=key,
        result_type=NodeResult,
        start_to_close_timeout=_ONE_ATTEMPT,
        schedule_to_close_timeout=timedelta(days=30),
        heartbeat_timeout=timedelta(seconds=10),
        retry_policy=RetryPolicy(maximum_attempts=3),
        summary=key,
    )


@workflow.defn(name="bench.chain")
class Chain:
    @workflow.run
    async def run(self, url: str, length: int) -> int:
        status = 0
        for place in range(length):
            result = await _request(workflow.info().workflow_id, f"n{place}", f"{url}?n={place}&s={status}")
            status = result.output["status"]
        return status


@workflow.defn(name="bench.fan_out")
class FanOut:
    @workflow.run
    async def run(self, url: str, width: int) -> int:
        calls = [_request(workflow.info().workflow_id, f"n{place}", f"{url}?n={place}") for place in range(width)]
        return len(await asyncio.gather(*calls))


@workflow.defn(name="bench.empty")
class Empty:
    @workflow.run
    async def run(self) -> None:
        return
