"""What a run answers its caller by `core.respond`, before its end."""

import asyncio
from typing import Protocol

from temporalio.client import Client, RPCError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError

from api.engine.starting import RESPONSE_ID
from api.store.runs import InsertedRun, StartPayload
from interpreter.json_value import JsonObject
from interpreter.plan import Plan
from interpreter.protocol import RESPONSE_UPDATE

_PAUSE_SECONDS = 0.05


def responds(plan: Plan) -> bool:
    """Whether runs of the plan may answer before they end."""
    return any(node.type.startswith("core.respond@") for node in plan.nodes)


async def ask(client: Client, run_id: str) -> JsonObject | None:
    """Waits until the run has answered, or can't any more: None. Without a bound of its own."""
    handle = client.get_workflow_handle(run_id)
    while True:
        try:
            told: JsonObject = await handle.execute_update(RESPONSE_UPDATE, id=RESPONSE_ID, result_type=dict)
        except (RPCError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError):
            return None
        if told["response"] or told["ended"]:
            return answer_in(told)
        # It goes on in a new execution, which has to be asked anew.
        await asyncio.sleep(_PAUSE_SECONDS)


def answer_in(told: JsonObject) -> JsonObject | None:
    """The answer in what the update says; none of a run that has ended without one."""
    return told["response"] or None


class Starter(Protocol):
    """What starts a run and waits for its answer."""

    @property
    def is_full(self) -> bool: ...

    async def entered(self, inserted: InsertedRun) -> None: ...

    async def start_and_ask(self, run_id: str, payload: StartPayload | None, seconds: float) -> JsonObject | None: ...


class Asking:
    """Begins a run as the door wants it, and keeps what the run has answered meanwhile."""

    def __init__(self, engine: Starter, seconds: float) -> None:
        self._engine = engine
        self._seconds = seconds
        self.response: JsonObject | None = None

    @property
    def is_full(self) -> bool:
        return self._engine.is_full

    async def entered(self, inserted: InsertedRun) -> None:
        await self._engine.entered(inserted)

    async def start(self, run_id: str, payload: StartPayload | None = None) -> None:
        self.response = await self._engine.start_and_ask(run_id, payload, self._seconds)
