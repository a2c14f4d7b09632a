"""What people do with runs: start, look, cancel."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime

from activities.kit.large_values import Owner, ValueLost
from api.engine.door import RunRequest, begin_run
from api.engine.input_schema import wrong_input
from api.engine.mocks import output_mocks, wrong_mock
from api.engine.published import RunnableVersion
from api.engine.responding import Asking, responds
from api.kit.key_door import Principal
from api.kit.problem import Conflict, NotFound, Unprocessable
from api.kit.services import Services
from api.kit.times import shown
from api.runs.schemas import StartBody
from api.store import admission, pins, runs, workflows
from api.store.database import Connection
from api.store.rerun_options import RerunOptions
from api.store.run_options import RunOptions
from api.store.runs import RunRow
from api.store.workflows import WorkflowRow
from api.workflows.service import runnable_plan
from interpreter.json_value import JsonObject
from interpreter.large_value import is_reference
from interpreter.plan import Plan
from interpreter.protocol import RUN_ENDS


@dataclass(frozen=True, slots=True)
class Started:
    run_id: str
    response: JsonObject | None
    """What the run has answered by `core.respond` while somebody waited."""


async def start(
    services: Services, member: Principal, workflow_id: str, body: StartBody, key: str | None, wait: float = 0
) -> Started:
    """The run that this request begins, or that the same key began before; waits for its answer, if it gives one."""
    async with services.database.read() as connection:
        workflow = await workflows.get(connection, member.workspace_id, workflow_id)
        if workflow is None:
            raise NotFound
        runnable = await _runnable(services, connection, member.workspace_id, workflow, body)
        pinned = await pins.of_workflow(connection, member.workspace_id, workflow.id) if body.version == "draft" else {}
    options = _options(runnable.plan, body, pinned)
    if runnable.input_schema is not None and (wrong := wrong_input(runnable.input_schema, body.input)):
        raise Unprocessable(f"{wrong[0]['field']}: {wrong[0]['message']}", fields=wrong)
    trigger = {"kind": "api", "name": member.name, "at": shown(datetime.now(UTC)), "payload": None}
    asking = Asking(services.engine, wait) if wait and responds(runnable.plan) else None
    inserted = await begin_run(
        services.database,
        asking or services.engine,
        RunRequest(
            workspace_id=member.workspace_id,
            workflow_id=workflow.id,
            workflow_name=workflow.name,
            runnable=runnable,
            input=body.input,
            trigger=trigger,
            idempotency_key=key,
            asked=body.model_dump(exclude_defaults=True),
            options=options,
        ),
    )
    if inserted.conflict:
        raise Conflict("this Idempotency-Key was used with another request", run_id=inserted.run_id)
    if asking is not None and not inserted.created:
        return Started(inserted.run_id, await services.engine.response(inserted.run_id, wait))
    return Started(inserted.run_id, asking.response if asking else None)


def _options(plan: Plan, body: StartBody, pinned: JsonObject) -> RunOptions:
    """What the request asks of the execution; raises `Unprocessable` with the place of a mistake."""
    wrong = wrong_mock(plan, body.mocks)
    if wrong is not None:
        raise _wrong_field("mocks", f"/mocks{wrong.path}", wrong.message)
    if body.stop_after is not None and body.stop_after not in plan.index_by_id:
        raise _wrong_field("stop_after", "/stop_after", f'there is no node "{body.stop_after}"')
    mocks = {**output_mocks(plan, pinned), **body.mocks}
    return RunOptions(mocks=mocks, dry_run=body.dry_run, stop_after=body.stop_after)


def _wrong_field(field: str, pointer: str, message: str) -> Unprocessable:
    return Unprocessable(f"{field}: {message}", fields=[{"field": field, "pointer": pointer, "message": message}])


async def _runnable(
    services: Services, connection: Connection, workspace_id: str, workflow: WorkflowRow, body: StartBody
) -> RunnableVersion:
    if body.version == "draft":
        return RunnableVersion.of(None, runnable_plan(services, workflow.definition), workflow.definition)
    number = workflow.published_version if body.version is None else body.version
    if number is None:
        raise Conflict('nothing is published yet: publish the workflow, or run {"version": "draft"}')
    found = await services.published.get(connection, workspace_id, workflow.id, number)
    if found is None:
        raise NotFound
    return found


async def get(services: Services, workspace_id: str, run_id: str) -> RunRow:
    async with services.database.read() as connection:
        row = await runs.get(connection, workspace_id, run_id)
    if row is None:
        raise NotFound
    return row


SHOWN_BYTES = 8 * 1024 * 1024
"""A larger output is shown as a reference, whose value has an address of its own."""


async def whole_view(services: Services, run: RunRow) -> JsonObject:
    """A run with its output put together, as long as that is of a size that people look at."""
    shown_run = view(run)
    if run.status == "queued" and not run.admitted:
        async with services.database.read() as connection:
            waits = await admission.position(connection, run.id)
        shown_run["queued_for"] = waits and {"reason": waits[0], "before": waits[1]}
    if is_reference(run.output) and run.output["$payload"]["size"] > SHOWN_BYTES:
        return shown_run
    with contextlib.suppress(ValueLost):
        shown_run["output"] = await services.values.here(Owner(run.workspace_id, run.id), run.output)
    return shown_run


def _attention(run: RunRow) -> JsonObject:
    """Whether a person should look at it; a run that stands still is nothing else, whatever else it is."""
    if run.status in RUN_ENDS:
        return {"attention": None, "attention_reason": None}
    attention = "stalled" if run.stalled_reason is not None else run.attention
    return {"attention": attention, "attention_reason": run.stalled_reason}


def view(run: RunRow) -> JsonObject:
    """A run in the shape of the contract."""
    return {
        "id": run.id,
        "workflow_id": run.workflow_id,
        "workflow_name": run.workflow_name,
        "version": run.version,
        "status": run.status,
        **_attention(run),
        "input": run.input,
        "output": run.output,
        "error": run.error,
        "trigger": run.trigger,
        "created_at": shown(run.created_at),
        "started_at": shown(run.started_at),
        "ended_at": shown(run.ended_at),
        "parent_run_id": run.parent_run_id,
        "rerun": _rerun_view(run),
        "dry_run": run.options.dry_run,
        "caller": {"run_id": run.caller.run_id, "key": run.caller.key} if run.caller else None,
        "business_key": run.business_key,
        "queued_for": None,
        "response": run.response,
    }


def _rerun_view(run: RunRow) -> JsonObject | None:
    rerun = RerunOptions.of(run.options.rerun)
    if rerun is None:
        return None
    edited = list(rerun.overrides)
    return {"from": rerun.origin, "definition": rerun.definition, "edited": edited, "input_changed": rerun.input_changed, "by": rerun.by}
