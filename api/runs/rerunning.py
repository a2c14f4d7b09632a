"""Repeating a run: from its start, from what failed, or from any node, with other inputs, outputs or versions."""

from dataclasses import dataclass

from api.engine.door import RunRequest, begin_run
from api.engine.published import RunnableVersion
from api.engine.repeating import Repeating, latest_version, original_version
from api.kit.key_door import Principal
from api.kit.problem import Conflict, NotFound, Unprocessable
from api.kit.services import Services
from api.runs.rerun_schemas import RerunBody
from api.store import ids, runs, workflows
from api.store.database import Connection
from api.store.opened_bundles import BUNDLE
from api.store.rerun_options import RerunOptions
from api.store.runs import Caller, RunRow
from api.workflows.service import runnable_plan
from interpreter.json_value import Json, JsonObject
from interpreter.plan import Plan, PlannedNode
from interpreter.protocol import RUN_ENDS
from interpreter.reuse import FAILED, FAILED_ITEMS, START, Outlook, key_of, place_in

_NOT_SUCCEEDED = ("failed", "timed_out", "cancelled")
_MOST_CALLERS = 10


@dataclass(frozen=True, slots=True)
class Rerun:
    """A run that repeats another, and what it takes over from it."""

    run_id: str
    outlook: Outlook
    continues: tuple[str, ...] = ()
    """New runs of the callers of the run, from the innermost, that go on with this one's end."""


async def rerun(
    services: Services, member: Principal, run: RunRow, body: RerunBody, key: str | None = None
) -> Rerun:
    """The run that repeats this one; the same key again answers with the same run.

    Raises `Conflict` for a run that has not ended or has nothing to repeat, `Unprocessable` for what does not fit,
    and `NotFound` for a version that is not there.
    """
    if run.status not in RUN_ENDS:
        raise Conflict(f"the run is {run.status}: cancel it, or wait for its end")
    if run.trigger.get("kind") == BUNDLE:
        raise Conflict("the run came in a bundle: it has been run elsewhere, and its workflow is not here")
    repeating = await _repeating(services, member, run, body)
    outlook = await services.engine.reuses.outlook(run, repeating.runnable.plan, repeating.options)
    if repeating.options.origin in (FAILED, FAILED_ITEMS) and all(one.reused for one in outlook.verdicts):
        wanted = "no item of a map has failed" if repeating.options.origin == FAILED_ITEMS else "nothing in it has failed"
        raise Conflict(f'{wanted}: repeat it from "start", or from a node')
    callers = [] if body.alone else await _callers(services, run)
    run_id = ids.run_id(run.workspace_id)
    above = await _continued(services, member, callers, run_id)
    asked: Json = {"rerun": run.id, **body.model_dump(exclude_defaults=True)}
    request = repeating.request(key, asked, _caller_of(above, callers), run_id)
    inserted = await begin_run(services.database, services.engine, request, *above)
    if inserted.conflict:
        raise Conflict("this Idempotency-Key was used with another request", run_id=inserted.run_id)
    continued = tuple(one.run_id or "" for one in above) if inserted.created else ()
    return Rerun(inserted.run_id, outlook, continued)


async def _repeating(services: Services, member: Principal, run: RunRow, body: RerunBody) -> Repeating:
    async with services.database.read() as connection:
        runnable = await _version(services, connection, run, body.definition)
    plan = runnable.plan
    _check_origin(plan, body.origin)
    overrides = {key: _override(services, plan, key, output) for key, output in body.overrides.items()}
    given = body.input if body.input is not None else run.input
    options = RerunOptions(body.origin, body.definition, overrides, given != run.input, member.name)
    repeating = Repeating(run, runnable, given, options)
    wrong = repeating.wrong_input()
    if wrong:
        raise Unprocessable(f"{wrong[0]['field']}: {wrong[0]['message']}", fields=wrong)
    return repeating


async def _version(
    services: Services, connection: Connection, run: RunRow, wanted: str | int
) -> RunnableVersion:
    if wanted == "original":
        found = await original_version(connection, services.published, run)
        if found is None:
            raise Conflict("what this run followed is not kept any more: choose a version")
        return found
    if wanted == "latest":
        found = await latest_version(connection, services.published, run)
        if found is None:
            raise Conflict("nothing of this workflow is published")
        return found
    if wanted == "draft":
        workflow = await workflows.get(connection, run.workspace_id, run.workflow_id)
        if workflow is None:
            raise NotFound
        return RunnableVersion.of(None, runnable_plan(services, workflow.definition), workflow.definition)
    found = await services.published.get(connection, run.workspace_id, run.workflow_id, int(wanted))
    if found is None:
        raise _wrong("definition", f"there is no version {wanted} of this workflow")
    return found


def _check_origin(plan: Plan, origin: str) -> None:
    if origin in (START, FAILED, FAILED_ITEMS):
        return
    _node_of(plan, origin, "from")


def _node_of(plan: Plan, key: str, field: str) -> PlannedNode:
    try:
        node_id, path = place_in(key)
    except ValueError:
        raise _wrong(field, f'"{key}" is no instance key: one looks like fetch, or fetch#3') from None
    index = plan.index_by_id.get(node_id)
    if index is None or key_of(node_id, path) != key:
        raise _wrong(field, f'there is no node "{node_id}" in this definition')
    return plan.nodes[index]


def _override(services: Services, plan: Plan, key: str, output: Json) -> JsonObject:
    """The output that a person gives, with the port that it leaves by."""
    node = _node_of(plan, key, "overrides")
    node_type = services.catalog.get(node.type)
    ports = node_type.ports_for(node.config) if node_type is not None else ()
    if not ports:
        raise _wrong("overrides", f"{key} gives no output")
    named = output.get("port") if isinstance(output, dict) else None
    port = named if named in ports else "out" if "out" in ports else None
    if port is None:
        raise _wrong("overrides", f'{key} leaves by {", ".join(ports)}: say which in "port" of its output')
    return {"output": output, "port": port}


def _wrong(field: str, message: str) -> Unprocessable:
    return Unprocessable(f"{field}: {message}", fields=[{"field": field, "pointer": f"/{field}", "message": message}])


# the callers of a child run


async def _callers(services: Services, run: RunRow) -> list[tuple[RunRow, str]]:
    """Runs that failed since this one did, from the innermost, each with the instance that had started it.

    Only as far as each waited for the next, and none was started in its place since.
    """
    found: list[tuple[RunRow, str]] = []
    child = run
    async with services.database.read() as connection:
        while child.caller is not None and child.caller.waits and len(found) < _MOST_CALLERS:
            key = child.caller.key
            caller = await runs.get(connection, run.workspace_id, child.caller.run_id)
            last = await runs.last_child(connection, run.workspace_id, child.caller.run_id, key)
            if caller is None or caller.status not in _NOT_SUCCEEDED or last is None or last.id != child.id:
                break
            found.append((caller, key))
            child = caller
    return found


async def _continued(
    services: Services, member: Principal, callers: list[tuple[RunRow, str]], child_id: str
) -> list[RunRequest]:
    """Repeats the callers from what failed; the instance that waited takes the new run for its child."""
    found: list[Repeating] = []
    made = [ids.run_id(before.workspace_id) for before, _ in callers]
    for (before, key), child in zip(callers, [child_id, *made], strict=False):
        async with services.database.read() as connection:
            runnable = await original_version(connection, services.published, before)
        if runnable is None:
            break
        options = RerunOptions(FAILED, by=member.name, children={key: child})
        found.append(Repeating(before, runnable, before.input, options))
    requests: list[RunRequest] = []
    for place, one in enumerate(found):
        is_called = place + 1 < len(found)
        caller = Caller(made[place + 1], callers[place + 1][1], waits=True) if is_called else None
        requests.append(one.request(caller=caller, run_id=made[place]))
    return requests


def _caller_of(above: list[RunRequest], callers: list[tuple[RunRow, str]]) -> Caller | None:
    return Caller(above[0].run_id or "", callers[0][1], waits=True) if above else None
