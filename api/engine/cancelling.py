"""Telling Temporal that a run shall stop. That it shall is in the run's row before, so nobody has to ask twice."""

from datetime import timedelta

from temporalio.client import Client, RPCError
from temporalio.service import RPCStatusCode

from api.engine.errors import TemporalAway
from interpreter.protocol import CANCEL_SIGNAL

_SECONDS = timedelta(seconds=5)


async def cancel_in_temporal(client: Client, run_id: str, again: bool = False) -> None:
    """Tells a run to stop, with `again` also what its first cancel lets go on; raises `TemporalAway`.

    One that Temporal does not know has just ended, or has not begun and is cancelled when it does.
    """
    handle = client.get_workflow_handle(run_id)
    try:
        await handle.cancel(rpc_timeout=_SECONDS)
        if again:
            # Temporal tells a run only of its first cancel.
            await handle.signal(CANCEL_SIGNAL, rpc_timeout=_SECONDS)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise TemporalAway(str(error)) from error
