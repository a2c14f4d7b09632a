"""One node run once, without a workflow around it: a run of one node through the same door as every run."""

import contextlib
from datetime import UTC, datetime

from activities.kit.large_values import Owner, ValueLost
from api.catalog.schemas import TrialBody
from api.engine.door import RunRequest, begin_run
from api.engine.mocks import wrong_mock
from api.engine.published import RunnableVersion
from api.kit.key_door import Principal
from api.kit.problem import InvalidDefinition, Unprocessable
from api.kit.services import Services
from api.kit.times import shown
from api.store import records, runs, trials
from api.store.run_list import TRIAL
from api.store.run_options import RunOptions
from api.workflows.service import checked
from interpreter.finding import Finding, errors_of
from interpreter.json_value import Json, JsonObject
from interpreter.large_value import is_reference
from interpreter.node_type import NodeType
from interpreter.plan import Plan, PlanTooLarge, compile_plan
from interpreter.protocol import RUN_ENDS, ErrorValue, NodeRow

WAIT_SECONDS = 60
_RUN_TIMEOUT = "55s"
"""The run ends itself while somebody still waits for the answer."""
_PAGE = 1_000
_STAND_IN = "core.set@1"
SHOWN_BYTES = 8 * 1024 * 1024
"""A larger output is shown as a reference, whose value has an address of its own."""


async def try_out(services: Services, member: Principal, node_type: NodeType, body: TrialBody) -> JsonObject:
    """Runs a node once and tells how it ended; raises `InvalidDefinition` or `Unprocessable` for what can't run."""
    node_id = _free_id(body.scope.nodes)
    plan = _plan(services, node_type, body, node_id)
    run_id = await _begin(services, member, plan, body, node_id)
    if not await services.engine.wait_for_end(member.workspace_id, run_id, WAIT_SECONDS):
        await _give_up(services, member.workspace_id, run_id)
    return await _told(services, member.workspace_id, run_id, node_id)


def _free_id(taken: JsonObject) -> str:
    """An id for the node that none of the stand-ins has."""
    node_id = "tested"
    while node_id in taken:
        node_id += "_"
    return node_id


def _definition(node_type: NodeType, body: TrialBody, node_id: str) -> JsonObject:
    """The node behind stand-ins that have the outputs of the scope; those come with the trigger, not in the plan."""
    stand_ins: list[JsonObject] = [
        {"id": one, "type": _STAND_IN, "config": {"values": f"{{{{ trigger.payload.nodes.{one} }}}}"}} for one in body.scope.nodes
    ]
    node: JsonObject = {
        "id": node_id,
        "type": node_type.id,
        "config": body.config,
        "credential": body.credential,
        "retry": {"max_attempts": 1},
    }
    return {
        "format": 1,
        "name": trials.NAME,
        "nodes": [*stand_ins, node],
        "edges": [{"source": one["id"], "target": node_id} for one in stand_ins],
        "settings": {"timeout": _RUN_TIMEOUT},
    }


def _plan(services: Services, node_type: NodeType, body: TrialBody, node_id: str) -> Plan:
    if node_type.container:
        raise Unprocessable(f"{node_type.title} runs the nodes inside of it, and can't be tested without them")
    definition = _definition(node_type, body, node_id)
    found = checked(services, definition)
    errors = errors_of(found.findings)
    if found.definition is None or errors:
        message = errors[0].message if errors else "it can't be read"
        raise InvalidDefinition(f"the node can't be run: {message}", _of_the_node(found.findings, len(body.scope.nodes)))
    try:
        plan = compile_plan(found.definition, services.catalog)
    except PlanTooLarge as error:
        raise Unprocessable(f"{error}: {error.hint}") from None
    if body.mock is not None and (wrong := wrong_mock(plan, {node_id: body.mock})):
        path = wrong.path.removeprefix(f"/{node_id}")
        raise Unprocessable(f"mock: {wrong.message}", fields=[{"field": "mock", "pointer": f"/mock{path}", "message": wrong.message}])
    return plan


def _of_the_node(findings: list[Finding], place: int) -> list[Finding]:
    """Findings of the node with paths into the request; findings of a stand-in lead to the scope."""
    prefix = f"/nodes/{place}"
    return [
        Finding(one.code, one.message, one.path.removeprefix(prefix) if one.path.startswith(prefix) else "/scope/nodes", None, one.severity, one.hint)
        for one in findings
    ]


async def _begin(services: Services, member: Principal, plan: Plan, body: TrialBody, node_id: str) -> str:
    now = datetime.now(UTC)
    async with services.database.write() as connection:
        workflow_id = await trials.workflow_of_trials(connection, member.workspace_id, now)
    trigger = {"kind": TRIAL, "name": member.name, "at": shown(now), "payload": {"nodes": body.scope.nodes}}
    inserted = await begin_run(
        services.database,
        services.engine,
        RunRequest(
            workspace_id=member.workspace_id,
            workflow_id=workflow_id,
            workflow_name=trials.NAME,
            runnable=RunnableVersion(None, plan, None),
            input=body.scope.input,
            trigger=trigger,
            options=RunOptions(mocks={} if body.mock is None else {node_id: body.mock}, quiet=True),
        ),
    )
    return inserted.run_id


async def _give_up(services: Services, workspace_id: str, run_id: str) -> None:
    """Nobody waits any longer, so nobody should go on."""
    async with services.database.read() as connection:
        run = await runs.get(connection, workspace_id, run_id)
    if run is not None and run.status not in RUN_ENDS:
        await services.engine.cancel(run)


async def _told(services: Services, workspace_id: str, run_id: str, node_id: str) -> JsonObject:
    """The answer, from what the run has recorded."""
    async with services.database.read() as connection:
        run = await runs.get(connection, workspace_id, run_id)
        rows = [row for _, row in await records.node_rows(connection, workspace_id, run_id, records.BEFORE_ALL, _PAGE)]
        events = await records.events(connection, workspace_id, run_id, 0, _PAGE)
    row: NodeRow | None = next((one for one in rows if one["key"] == node_id), None)
    told: JsonObject = {
        "run_id": run_id,
        "input": row["input"] if row else None,
        "attempts": row["attempt"] if row else 0,
        "logs": [
            {name: one.get(name) for name in ("at", "level", "message")} for one in events if one["event"] == "log" and one.get("key") == node_id
        ],
    }
    if row is not None and row["status"] == "succeeded":
        return told | {"output": await _whole(services, Owner(workspace_id, run_id), row["output"])}
    return told | {"error": (row and row["error"]) or (run and run.error) or _late(node_id)}


async def _whole(services: Services, owner: Owner, output: Json) -> Json:
    """The output put together, as long as that is of a size that people look at."""
    if is_reference(output) and output["$payload"]["size"] > SHOWN_BYTES:
        return output
    with contextlib.suppress(ValueLost):
        return await services.values.here(owner, output)
    return output


def _late(node_id: str) -> ErrorValue:
    return {
        "name": "Timeout", "message": f"the node did not end within {_RUN_TIMEOUT}", "node_id": node_id, "key": node_id, "attempts": 1,
        "retryable": False, "hint": "in a workflow it may take longer; a node that waits can't be tested alone",
    }  # fmt: skip
