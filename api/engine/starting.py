"""Begins the Temporal workflow of a run whose row is in the database; doing it twice does no harm."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    RPCError,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.kit.keys import KeyRing
from api.engine.errors import TemporalAway
from api.engine.grants import sign_grant
from api.engine.resume_tokens import resume_url
from api.store.rerun_options import RerunOptions
from api.store.runs import StartPayload
from interpreter.json_value import JsonObject
from interpreter.plan import Plan
from interpreter.protocol import (
    EXPRESS_QUEUE,
    INLINE_PLAN_BYTES,
    INTERPRETER_VERSION,
    RESPONSE_UPDATE,
    RUN_WORKFLOW,
    WORKER_QUEUE,
    RunStart,
)

RESPONSE_ID = "response"
"""Of the one update by which all who wait for a run's answer ask: Temporal allows ten at a time."""
_START_SECONDS = timedelta(seconds=10)


async def start_execution(client: Client, ring: KeyRing, payload: StartPayload, public_url: str) -> None:
    """Starts the run workflow; "already started" counts as success. Raises `TemporalAway`."""
    try:
        await client.start_workflow(
            RUN_WORKFLOW,
            _begin(ring, payload, public_url),
            id=payload.run_id,
            task_queue=_queue_of(payload),
            # A run has one execution chain for ever, also after it has ended.
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            rpc_timeout=_START_SECONDS,
        )
    except WorkflowAlreadyStartedError:
        return
    except RPCError as error:
        raise TemporalAway(str(error)) from error


async def start_and_ask(client: Client, ring: KeyRing, payload: StartPayload, public_url: str) -> JsonObject | None:
    """Starts the run and waits for what `RESPONSE_UPDATE` says, in one call; None when it says nothing.

    Raises `TemporalAway`. A caller that stops waiting has to use `start_execution`: the run may not have begun.
    """
    operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        RUN_WORKFLOW,
        _begin(ring, payload, public_url),
        id=payload.run_id,
        task_queue=_queue_of(payload),
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    try:
        told: JsonObject = await client.execute_update_with_start_workflow(
            RESPONSE_UPDATE, start_workflow_operation=operation, id=RESPONSE_ID, result_type=dict
        )
    except (WorkflowAlreadyStartedError, WorkflowUpdateFailedError):
        return None
    except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise TemporalAway(str(error)) from error
    return told


def _begin(ring: KeyRing, payload: StartPayload, public_url: str) -> RunStart:
    grant = sign_grant(ring, payload.workspace_id, payload.run_id, _credentials(payload))
    return run_start(payload, grant, resume_url(ring, payload.run_id, public_url))


def run_start(payload: StartPayload, grant: str, resume_url: str = "") -> RunStart:
    """The start of a run: small plans travel inline, larger ones by their hash."""
    inline = len(payload.plan_text) <= INLINE_PLAN_BYTES
    caller = payload.caller
    rerun = RerunOptions.of(payload.options.rerun)
    return RunStart(
        interpreter=INTERPRETER_VERSION,
        run_id=payload.run_id,
        workspace_id=payload.workspace_id,
        workflow_id=payload.workflow_id,
        version=payload.version,
        plan=payload.plan_text if inline else None,
        plan_hash=payload.plan_hash,
        input=payload.input,
        trigger=payload.trigger,
        grant=grant,
        mocks=payload.options.mocks,
        dry_run=payload.options.dry_run,
        stop_after=payload.options.stop_after,
        # Only for its record: whoever does not wait is not to be told.
        caller={"run_id": caller.run_id, "key": caller.key} if caller is not None and caller.waits else None,
        depth=payload.depth,
        resume_url=resume_url,
        reuses=rerun is not None and rerun.reuses,
    )


def _queue_of(payload: StartPayload) -> str:
    """Runs in express mode have workers whose workflow tasks may take as long as their nodes do."""
    return EXPRESS_QUEUE if Plan.of(payload.plan_text).express else WORKER_QUEUE


def _credentials(payload: StartPayload) -> Sequence[str]:
    return Plan.of(payload.plan_text).credentials
