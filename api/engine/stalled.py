"""Runs whose workflow task fails again and again: a bug of ours, or a history that this worker can't replay.

Temporal keeps such a run and tries its task again with growing pauses; nothing is lost, and it goes on as soon
as a worker can do it. Until then people have to see that it stands still, and why.
"""

from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import WorkflowTaskFailedEventAttributes
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionDescription

from api.store import runs
from api.store.database import Database
from api.store.runs import RunRow

FAILED_ATTEMPTS = 3
"""A worker that dies in the middle of a task costs one attempt, and is no stall."""
_EVENTS = 20
_LONGEST_REASON = 500
_CAUSE = "WORKFLOW_TASK_FAILED_CAUSE_"


async def note_stall(client: Client, database: Database, run: RunRow, described: WorkflowExecutionDescription) -> None:
    """Keeps the row's word on whether the run stands still, if that has changed."""
    stalled = described.raw_description.pending_workflow_task.attempt >= FAILED_ATTEMPTS
    if stalled == (run.stalled_reason is not None):
        return
    reason = await _reason(client, described) if stalled else None
    async with database.write() as connection:
        await runs.note_stall(connection, run.id, reason)


async def _reason(client: Client, described: WorkflowExecutionDescription) -> str:
    """What the latest failure in the history says; repetitions of it are not written there."""
    asked = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=WorkflowExecution(workflow_id=described.id, run_id=described.run_id),
        maximum_page_size=_EVENTS,
    )
    answer = await client.workflow_service.get_workflow_execution_history_reverse(asked)
    for event in answer.history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            return await _told(client, event.workflow_task_failed_event_attributes)
    return "its workflow task is not carried out in time, again and again"


async def _told(client: Client, failed: WorkflowTaskFailedEventAttributes) -> str:
    cause = WorkflowTaskFailedCause.Name(failed.cause).removeprefix(_CAUSE).replace("_", " ").lower()
    error: Any = await client.data_converter.decode_failure(failed.failure)
    return f"{cause}: {getattr(error, 'message', None) or error}"[:_LONGEST_REASON]
