"""What people tell a run while it goes on: answers for its waits, a skip, an output, a pause."""

from api.engine.errors import ToldInVain
from api.engine.input_schema import wrong_input
from api.kit.key_door import Principal
from api.kit.problem import ApiError, Conflict, NotAllowed, NotFound, Unprocessable
from api.kit.services import Services
from api.runs.schemas import ResumeBody
from api.store import runs
from api.store.runs import RunRow
from interpreter.json_value import Json
from interpreter.plan import Plan, PlannedNode
from interpreter.protocol import (
    ANSWER_UPDATE,
    INTERVENE_UPDATE,
    PAUSE_UPDATE,
    RESUME_UPDATE,
    RUN_ENDS,
    Answer,
    Intervention,
)

_APPROVAL = "core.approval@"
_EVENT = "core.wait_for_event@"
_REFUSALS: dict[str, type[ApiError]] = {"NotAnApprover": NotAllowed}
_UNKNOWN = ("NoSuchWait", "NoSuchInstance")


async def resume(services: Services, member: Principal, run: RunRow, key: str, body: ResumeBody, once: str | None) -> None:
    """An event or a decision, by its shape; `once` makes the same request twice one."""
    node = await _node(services, run, key)
    if body.decision is None:
        await _send_event(services, run, node, Answer(key, member.name, body.payload), once)
        return
    if not node.type.startswith(_APPROVAL):
        raise Conflict(f"{key} is no approval: it takes a payload, not a decision")
    if body.decision == "approve":
        _check_schema(node.config.get("form"), body.form, "form")
    answer = Answer(key, body.by or member.name, None, body.decision, body.reason, body.form)
    await _tell(services, run, ANSWER_UPDATE, answer, once)


async def send_event(services: Services, run: RunRow, key: str, payload: Json, by: str) -> None:
    """The event that an instance waits for."""
    await _send_event(services, run, await _node(services, run, key), Answer(key, by, payload), None)


async def _send_event(services: Services, run: RunRow, node: PlannedNode, answer: Answer, once: str | None) -> None:
    if not node.type.startswith(_EVENT):
        raise Conflict(f"{answer.key} waits for no event")
    _check_schema(node.config.get("schema"), answer.payload, "payload")
    await _tell(services, run, ANSWER_UPDATE, answer, once)


async def intervene(services: Services, run: RunRow, told: Intervention) -> None:
    """Skips an instance, gives its output, or decides a held one."""
    await _node(services, run, told.key)
    await _tell(services, run, INTERVENE_UPDATE, told, None)


async def pause(services: Services, member: Principal, run: RunRow, paused: bool) -> None:
    """Starts nothing new, or goes on."""
    await _tell(services, run, PAUSE_UPDATE if paused else RESUME_UPDATE, member.name, None)


async def _node(services: Services, run: RunRow, key: str) -> PlannedNode:
    """The node of an instance key; raises `NotFound`, and `Conflict` for a run that is over."""
    if run.status in RUN_ENDS:
        raise Conflict(f"the run has {run.status}")
    async with services.database.read() as connection:
        payload = await runs.start_payload(connection, run.id)
    plan = None if payload is None else Plan.of(payload.plan_text)
    index = None if plan is None else plan.index_by_id.get(key.partition("#")[0])
    if plan is None or index is None:
        raise NotFound
    return plan.nodes[index]


def _check_schema(schema: Json, value: Json, field: str) -> None:
    wrong = wrong_input(schema, value) if isinstance(schema, dict) else []
    if wrong:
        fields = [{"field": field + one["field"].removeprefix("input"), "message": one["message"]} for one in wrong]
        raise Unprocessable(f"{fields[0]['field']}: {fields[0]['message']}", fields=fields)


async def _tell(services: Services, run: RunRow, update: str, argument: object, once: str | None) -> None:
    try:
        await services.engine.tell(run, update, argument, once)
    except ToldInVain as vain:
        if vain.code in _UNKNOWN:
            raise NotFound from None
        raise _REFUSALS.get(vain.code, Conflict)(vain.message, reason=vain.code) from None
