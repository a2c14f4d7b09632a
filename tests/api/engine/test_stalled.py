"""Runs that stand still: noticed by the attempts of their workflow task, forgotten with the first record."""

from types import SimpleNamespace
from typing import Any

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseResponse
from temporalio.converter import DataConverter

from api.engine.stalled import FAILED_ATTEMPTS, note_stall
from api.store import runs
from tests.api.databases import record
from tests.api.installation import Installation


class FailingInTemporal:
    """Knows the history of a run, whose latest event comes first."""

    namespace = "default"
    data_converter = DataConverter.default

    def __init__(self, *messages: str) -> None:
        self.asked = 0
        self._events = [HistoryEvent(event_type=EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)]
        for message in messages:
            event = HistoryEvent(event_type=EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
            failed = event.workflow_task_failed_event_attributes
            failed.cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR
            failed.failure.message = message
            failed.failure.application_failure_info.type = "NondeterminismError"
            self._events.append(event)

    @property
    def workflow_service(self) -> Any:
        return self

    async def get_workflow_execution_history_reverse(self, asked: Any) -> GetWorkflowExecutionHistoryReverseResponse:
        assert 0 < asked.maximum_page_size <= 100
        self.asked += 1
        return GetWorkflowExecutionHistoryReverseResponse(history=History(events=self._events))


def described(run_id: str, attempt: int) -> Any:
    task = SimpleNamespace(attempt=attempt)
    return SimpleNamespace(id=run_id, run_id="one", raw_description=SimpleNamespace(pending_workflow_task=task))


async def noted(api: Installation, client: FailingInTemporal, run_id: str, attempt: int) -> tuple[Any, Any]:
    """What the API shows after Temporal was looked at."""
    async with api.services.database.read() as connection:
        row = await runs.get(connection, api.workspace_id, run_id)
    assert row is not None
    await note_stall(client, api.services.database, row, described(run_id, attempt))  # type: ignore[arg-type]
    return await shown(api, run_id)


async def shown(api: Installation, run_id: str) -> tuple[Any, Any]:
    run = (await api.mine.get(f"/runs/{run_id}")).json()
    return run["attention"], run["attention_reason"]


async def begun(api: Installation) -> str:
    run_id: str = (await api.run(await api.workflow()))["id"]
    return run_id


async def test_a_run_whose_task_keeps_failing_is_stalled_with_the_latest_reason(api: Installation) -> None:
    run_id, client = await begun(api), FailingInTemporal("it went another way", "an older one")
    assert await noted(api, client, run_id, FAILED_ATTEMPTS - 1) == (None, None)
    assert await noted(api, client, run_id, FAILED_ATTEMPTS) == ("stalled", "non deterministic error: it went another way")
    await noted(api, client, run_id, FAILED_ATTEMPTS + 1)
    assert client.asked == 1, "the reason is asked for once"
    assert await noted(api, client, run_id, 1) == (None, None)


async def test_a_task_that_nobody_answers_is_a_reason_too(api: Installation) -> None:
    attention, reason = await noted(api, FailingInTemporal(), await begun(api), FAILED_ATTEMPTS)
    assert attention == "stalled" and "not carried out in time" in reason


async def test_a_run_that_records_goes_on_and_a_pause_is_seen_again(api: Installation) -> None:
    run_id = await begun(api)
    async with api.services.database.write() as connection:
        await runs.note_attention(connection, api.workspace_id, run_id, "paused")
    assert (await noted(api, FailingInTemporal("x"), run_id, FAILED_ATTEMPTS))[0] == "stalled"
    await api.engine.end(record(run_id, api.workspace_id, status="running", attention="paused"))
    assert await shown(api, run_id) == ("paused", None)
