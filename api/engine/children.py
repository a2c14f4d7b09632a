"""The activities by which a run starts another as its child, and cancels it: through the same door as every run."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.kit.large_values import ValueLost
from api.engine.choosing import Chosen, choose
from api.engine.crossing import Crossing
from api.engine.door import RunRequest, Starter, begin_run
from api.engine.errors import InvalidInput, RunRefused, TooDeep
from api.engine.published import PublishedVersions
from api.engine.repeating import Repeating
from api.engine.times import now
from api.store import follow_ups, runs
from api.store.database import Connection, Database
from api.store.rerun_options import RerunOptions
from api.store.run_options import RunOptions
from api.store.runs import Caller, RunRow
from interpreter.json_value import JsonObject
from interpreter.machine.constructs.run_workflow import DEEPEST
from interpreter.protocol import CANCEL_CHILD_ACTIVITY, RUN_ENDS, START_CHILD_ACTIVITY, ChildStart
from interpreter.reuse import FAILED, FAILED_ITEMS


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a child, and when: asked for again after its end, an instance gets another child."""

    by: str
    """The id of the Temporal workflow: the run's own, or that of a batch of a large map."""
    at: datetime


_PATIENT_ATTEMPTS = 20
"""Some minutes, with a payload storage that is away."""


class Runner(Starter, Protocol):
    """What child runs need of the engine."""

    async def cancel(self, run: RunRow, by_person: bool = True) -> None: ...


def child_activities(
    database: Database, published: PublishedVersions, runner: Runner, crossing: Crossing
) -> list[Callable[..., Any]]:
    """Both activities; doing either twice is doing it once."""

    @activity.defn(name=START_CHILD_ACTIVITY)
    async def start_child(told: ChildStart) -> dict[str, str]:
        info = activity.info()
        # The same for every attempt of this activity, and another when the instance is tried once more.
        asked = Asked(info.workflow_id or told.run_id, info.scheduled_time)
        try:
            return {"run_id": await begin_child(database, published, runner, crossing, told, asked)}
        except RunRefused as refused:
            raise _final(refused) from None
        except ValueLost as lost:
            if info.attempt < _PATIENT_ATTEMPTS:
                raise
            raise _final(InvalidInput(lost.message)) from None

    @activity.defn(name=CANCEL_CHILD_ACTIVITY)
    async def cancel_child(told: JsonObject) -> None:
        async with database.read() as connection:
            run = await runs.get(connection, told["workspace_id"], told["run_id"])
        if run is not None and run.status not in RUN_ENDS:
            await runner.cancel(run, by_person=False)

    return [start_child, cancel_child]


def _final(refused: RunRefused) -> ApplicationError:
    detail = {"attempts": 1, "retryable": False, "hint": refused.hint, "details": refused.details}
    return ApplicationError(refused.message, detail, type=refused.code, non_retryable=True)


async def begin_child(
    database: Database, published: PublishedVersions, runner: Starter, crossing: Crossing, told: ChildStart, asked: Asked
) -> str:
    """The id of the child, also when it was started before; raises `RunRefused`, and `ValueLost`."""
    if told.depth > DEEPEST:
        raise TooDeep(f"workflows run each other more than {DEEPEST} levels deep")
    # Not a key that a request could carry: those are plain ASCII.
    key = f"child·{told.run_id}·{told.key}·{asked.at.timestamp():.6f}"
    async with database.read() as connection:
        # Before anything is checked: what was published when it began may be no more.
        begun = await runs.last_child(connection, told.workspace_id, told.run_id, told.key)
        parent = await runs.get(connection, told.workspace_id, told.run_id)
    rerun = None if parent is None else RerunOptions.of(parent.options.rerun)
    is_given = begun is not None and rerun is not None and rerun.children.get(told.key) == begun.id
    if begun is not None and (is_given or begun.idempotency_key == key or begun.status not in RUN_ENDS):
        await _start_again(database, runner, told.workspace_id, begun.id)
        return begun.id
    told = replace(told, input=await crossing.to_child(told))
    request = await _request(database, published, told, asked, key, parent)
    inserted = await begin_run(database, runner, request)
    if not inserted.created:
        await _start_again(database, runner, told.workspace_id, inserted.run_id)
    return inserted.run_id


async def _request(
    database: Database, published: PublishedVersions, told: ChildStart, asked: Asked, key: str, parent: RunRow | None
) -> RunRequest:
    async with database.read() as connection:
        chosen = await choose(connection, published, told.workspace_id, told.workflow, told.version, told.input)
        failed = await _failed_before(connection, told, parent, chosen)
    caller = Caller(told.run_id, told.key, told.wait, asked.by if asked.by != told.run_id else None)
    if failed is not None:
        options = RerunOptions(FAILED, input_changed=told.input != failed.input)
        return Repeating(failed, chosen.runnable, told.input, options).request(key, caller=caller)
    return RunRequest(
        workspace_id=told.workspace_id,
        workflow_id=chosen.workflow.id,
        workflow_name=chosen.workflow.name,
        runnable=chosen.runnable,
        input=told.input,
        trigger={"kind": "workflow", "name": parent.workflow_name if parent else None, "at": now(), "payload": None},
        idempotency_key=key,
        options=RunOptions(dry_run=told.dry_run, quiet=parent is not None and parent.options.quiet),
        caller=caller,
        depth=told.depth,
    )


async def _failed_before(
    connection: Connection, told: ChildStart, parent: RunRow | None, chosen: Chosen
) -> RunRow | None:
    """The child that failed in the run which the parent repeats from what failed: it is repeated so too."""
    rerun = None if parent is None else RerunOptions.of(parent.options.rerun)
    if parent is None or parent.parent_run_id is None or rerun is None or rerun.origin not in (FAILED, FAILED_ITEMS):
        return None
    before = await runs.last_child(connection, told.workspace_id, parent.parent_run_id, told.key)
    if before is None or before.status not in RUN_ENDS or before.status == "succeeded":
        return None
    child = await runs.get(connection, told.workspace_id, before.id)
    return child if child is not None and child.workflow_id == chosen.workflow.id else None


async def _start_again(database: Database, runner: Starter, workspace_id: str, run_id: str) -> None:
    """An earlier attempt may have died between the row and the start; one that has ended tells its end once more."""
    async with database.read() as connection:
        run = await runs.get(connection, workspace_id, run_id)
    if run is not None and run.status == "queued" and run.admitted:
        await runner.start(run_id)
    elif run is not None and run.status in RUN_ENDS:
        async with database.write() as connection:
            await follow_ups.due_again(connection, run_id)
