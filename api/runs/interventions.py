"""What people tell a run while it goes on: answers for its waits, a skip, an output, a pause."""

import json
from dataclasses import replace

from api.engine.errors import TemporalAway, ToldInVain
from api.engine.input_schema import wrong_input
from api.kit.key_door import Principal
from api.kit.problem import Conflict, NotAllowed, NotFound, TooLarge, Unprocessable
from api.kit.services import Services
from api.runs.schemas import ResumeBody
from api.store import plans, records, runs
from api.store.runs import RunRow
from interpreter.json_value import Json, JsonObject
from interpreter.plan import Plan, PlannedNode
from interpreter.protocol import (
    ANSWER_UPDATE,
    INTERVENE_UPDATE,
    NODE_ENDS,
    PAUSE_UPDATE,
    RESUME_UPDATE,
    RUN_ENDS,
    Answer,
    Intervention,
    NodeRow,
)

MOST_BYTES = 1024 * 1024
"""Of an answer or an output: it travels to the run in one message."""
_APPROVAL = "core.approval@"
_EVENT = "core.wait_for_event@"
_OWNER = "owner"


async def resume(services: Services, member: Principal, run: RunRow, key: str, body: ResumeBody, once: str | None) -> None:
    """An event or a decision, by its shape; `once` makes the same request twice one.

    Raises `Conflict` with what a closed wait was answered with, `NotAllowed`, `Unprocessable`, `TooLarge`.
    """
    node = await _node(services, run, key)
    if body.decision is None:
        await _send_event(services, run, node, Answer(key, member.name, body.payload), once)
        return
    if not node.type.startswith(_APPROVAL):
        raise Conflict(f"{key} is no approval: it takes a payload, not a decision")
    if body.decision == "approve":
        _check_schema(node.config.get("form"), body.form, "form")
    answer = Answer(key, body.by or member.name, None, body.decision, body.reason, body.form)
    if node.config.get("approvers") and not may_decide(member, answer.by, await _approvers(services, run, key)):
        raise NotAllowed(f"{answer.by} is none of the approvers of {key}")
    await _tell(services, run, key, ANSWER_UPDATE, answer, once)


async def send_event(services: Services, run: RunRow, key: str, payload: Json, by: str) -> None:
    """The event that an instance waits for, from whoever was given the address; told nothing of other answers."""
    try:
        await _send_event(services, run, await _node(services, run, key), Answer(key, by, payload), None)
    except Conflict as conflict:
        raise Conflict(conflict.detail) from None


async def intervene(services: Services, run: RunRow, told: Intervention) -> None:
    """Skips an instance, gives its output, or decides a held one."""
    node = await _node(services, run, told.key)
    if told.action == "output":
        _check_size(told.output)
        ports = _ports(services, node)
        if told.port not in ports:
            message = f"{told.key} has no port {told.port}" + (f": it has {', '.join(ports)}" if ports else "")
            raise Unprocessable(f"port: {message}", fields=[{"field": "port", "pointer": "/port", "message": message}])
    await _tell(services, run, told.key, INTERVENE_UPDATE, told, None)


async def pause(services: Services, member: Principal, run: RunRow, paused: bool) -> RunRow:
    """Starts nothing new, or goes on; the run as it is then."""
    if run.status in RUN_ENDS:
        raise Conflict(f"the run has {run.status}")
    try:
        await services.engine.tell(run, PAUSE_UPDATE if paused else RESUME_UPDATE, member.name)
    except ToldInVain as vain:
        raise Conflict(vain.message, reason=vain.code) from None
    attention = "paused" if paused else None
    async with services.database.write() as connection:
        await runs.note_attention(connection, run.workspace_id, run.id, attention)
    return replace(run, attention=attention)


def may_decide(member: Principal, by: str, approvers: list[str]) -> bool:
    """Whether somebody may decide on an approval in this name; an owner may for each of the approvers."""
    if by != member.name and member.role != _OWNER:
        return False
    return not approvers or by in approvers or f"role:{member.role}" in approvers


async def _send_event(services: Services, run: RunRow, node: PlannedNode, answer: Answer, once: str | None) -> None:
    if not node.type.startswith(_EVENT):
        raise Conflict(f"{answer.key} waits for no event")
    _check_schema(node.config.get("schema"), answer.payload, "payload")
    await _tell(services, run, answer.key, ANSWER_UPDATE, answer, once)


async def _node(services: Services, run: RunRow, key: str) -> PlannedNode:
    """The node of an instance key; raises `NotFound`, and `Conflict` for a run that is over."""
    async with services.database.read() as connection:
        text = await plans.get(connection, run.workspace_id, run.plan_hash)
    plan = None if text is None else Plan.of(text)
    index = None if plan is None else plan.index_by_id.get(key.partition("#")[0])
    if plan is None or index is None:
        raise NotFound
    if run.status in RUN_ENDS:
        raise await _stale(services, run, key, "RunOver", f"the run has {run.status}")
    return plan.nodes[index]


async def _approvers(services: Services, run: RunRow, key: str) -> list[str]:
    """Who may decide, as the run asks now; raises `TemporalAway` when it does not say."""
    live = await services.engine.live_nodes(run)
    if live is None:
        raise TemporalAway("the run does not say who may decide")
    asked: Json = next((row["input"] for row in live if row["key"] == key and row["status"] == "waiting"), None)
    approvers: list[str] = asked.get("approvers", []) if isinstance(asked, dict) else []
    return approvers


def _ports(services: Services, node: PlannedNode) -> tuple[str, ...]:
    node_type = services.catalog.get(node.type)
    ports = node_type.ports_for(node.config) if node_type is not None else ()
    return (*ports, "error") if node.on_error == "route" else ports


def _check_schema(schema: Json, value: Json, field: str) -> None:
    _check_size(value)
    wrong = wrong_input(schema, value, field) if isinstance(schema, dict) else []
    if wrong:
        raise Unprocessable(f"{wrong[0]['field']}: {wrong[0]['message']}", fields=wrong)


def _check_size(value: Json) -> None:
    size = len(json.dumps(value))
    if size > MOST_BYTES:
        raise TooLarge(f"this takes {size} bytes, and {MOST_BYTES} at most can be told to a run")


async def _tell(services: Services, run: RunRow, key: str, update: str, argument: Answer | Intervention, once: str | None) -> None:
    # One id for each thing told: a key may be used again for another node.
    update_id = None if once is None else f"{update}:{key}:{once}"
    try:
        await services.engine.tell(run, update, argument, update_id)
    except ToldInVain as vain:
        if vain.code == "NotAnApprover":
            raise NotAllowed(vain.message, reason=vain.code) from None
        raise await _stale(services, run, key, vain.code, vain.message) from None


async def _stale(services: Services, run: RunRow, key: str, reason: str, message: str) -> Conflict | NotFound:
    """Why nothing is taken: with the end that the instance has, if it has one, and what it was answered with."""
    row = await _row(services, run, key)
    if row is None:
        return NotFound()
    node: JsonObject = {"key": key, "status": row["status"]}
    if row["status"] in NODE_ENDS:
        node |= {"output": row["output"], "ended_at": row["ended_at"]}
    return Conflict(message, reason=reason, node=node)


async def _row(services: Services, run: RunRow, key: str) -> NodeRow | None:
    live = await services.engine.live_nodes(run) if run.status not in RUN_ENDS else None
    found = next((row for row in live or () if row["key"] == key), None)
    if found is not None:
        return found
    async with services.database.read() as connection:
        return await records.node_row(connection, run.workspace_id, run.id, key)
