"""Tells a run something that it accepts or refuses: answers for its waits, interventions, a pause."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from temporalio.client import Client, RPCError, WorkflowUpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateTimeout
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCStatusCode

from api.engine.errors import TemporalAway, ToldInVain
from interpreter.json_value import JsonObject

_ELSEWHERE = ("NoSuchWait", "NoSuchInstance")
_SECONDS = timedelta(seconds=10)
_GONE = (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION)


async def tell_run(client: Client, run_id: str, update: str, argument: Any, update_id: str | None = None) -> JsonObject:
    """What the run says to it. The same update id twice is told once.

    Raises `ToldInVain` with the run's own refusal, or `RunOver`, and `TemporalAway`.
    """
    handle = client.get_workflow_handle(run_id)
    try:
        told: JsonObject = await handle.execute_update(update, argument, id=update_id, rpc_timeout=_SECONDS)
    except WorkflowUpdateFailedError as failed:
        cause = failed.cause
        if isinstance(cause, ApplicationError) and cause.type:
            raise ToldInVain(cause.type, cause.message) from None
        raise TemporalAway(str(cause)) from failed
    except UpdateTimeout as late:
        raise TemporalAway("no worker has answered in time") from late
    except RPCError as error:
        if error.status in _GONE:
            raise ToldInVain("RunOver", "the run has ended, or has not begun yet") from None
        raise TemporalAway(str(error)) from error
    return told


async def tell_batches(
    client: Client, batches: Iterable[str], update: str, argument: Any, update_id: str | None, vain: ToldInVain
) -> JsonObject:
    """What the batch says in which the instance lives that its run does not know; raises `vain` when none has it."""
    if vain.code not in _ELSEWHERE:
        raise vain
    for batch in batches:
        try:
            return await tell_run(client, batch, update, argument, update_id)
        except ToldInVain as refused:
            if refused.code not in (*_ELSEWHERE, "RunOver"):
                raise
    raise vain
