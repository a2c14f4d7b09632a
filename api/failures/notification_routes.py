"""`/notification-rules`: which failures are told, and by which workflow."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.kit.guard import GuardedRoute, Member, Policy, policy
from api.kit.problem import Conflict, NotFound, Unprocessable
from api.kit.services import Given
from api.store import ids, notification_rules, workflows
from api.store.database import Connection
from api.store.notification_rules import MOST, NotificationRule
from interpreter.json_value import JsonObject

router = APIRouter(prefix="/notification-rules", tags=["failures"], route_class=GuardedRoute)
_MOST_MINUTES = 60 * 24 * 30
_Id = Annotated[str, Field(min_length=1, max_length=200)]


class RuleBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    run: _Id = Field(description="The workflow that tells of it: an id, or a name that only one has")
    statuses: list[Literal["failed", "timed_out"]] = Field(["failed", "timed_out"], min_length=1, max_length=2)
    workflows: list[_Id] = Field(default_factory=list, max_length=200, description="Ids of those whose failures count; none: all")
    quiet_minutes: Annotated[int, Field(ge=0, le=_MOST_MINUTES, strict=True)] = Field(0, description="The same failure is not told again within so many")
    paused: Annotated[bool, Field(strict=True)] = False


class RuleView(RuleBody):
    id: str


class RuleList(BaseModel):
    items: list[RuleView]
    next_cursor: str | None = None


@router.get("", response_model=RuleList)
@policy(Policy.MEMBER)
async def list_rules(member: Member, given: Given) -> JsonObject:
    async with given.database.read() as connection:
        return {"items": [one.to_json() for one in await notification_rules.all_of(connection, member.workspace_id)]}


@router.post("", status_code=201, response_model=RuleView)
@policy(Policy.MEMBER)
async def create_rule(body: RuleBody, member: Member, given: Given) -> JsonObject:
    rule = NotificationRule.of({"id": ids.prefixed("ntf"), **body.model_dump()})
    async with given.database.write() as connection:
        await _check(connection, member.workspace_id, body)
        rules = await notification_rules.all_of(connection, member.workspace_id)
        if len(rules) >= MOST:
            raise Conflict(f"a workspace has at most {MOST} notification rules")
        await notification_rules.save(connection, member.workspace_id, [*rules, rule])
    return rule.to_json()


@router.put("/{rule_id}", response_model=RuleView)
@policy(Policy.MEMBER)
async def change_rule(rule_id: str, body: RuleBody, member: Member, given: Given) -> JsonObject:
    """Replaces it."""
    rule = NotificationRule.of({"id": rule_id, **body.model_dump()})
    async with given.database.write() as connection:
        await _check(connection, member.workspace_id, body)
        rules = await _with(connection, member.workspace_id, rule_id)
        await notification_rules.save(connection, member.workspace_id, [rule if one.id == rule_id else one for one in rules])
    return rule.to_json()


@router.delete("/{rule_id}", status_code=204)
@policy(Policy.MEMBER)
async def remove_rule(rule_id: str, member: Member, given: Given) -> None:
    async with given.database.write() as connection:
        rules = await _with(connection, member.workspace_id, rule_id)
        await notification_rules.save(connection, member.workspace_id, [one for one in rules if one.id != rule_id])


async def _with(connection: Connection, workspace_id: str, rule_id: str) -> list[NotificationRule]:
    rules = await notification_rules.all_of(connection, workspace_id)
    if all(one.id != rule_id for one in rules):
        raise NotFound
    return rules


async def _check(connection: Connection, workspace_id: str, body: RuleBody) -> None:
    """Raises `Unprocessable` with the field that names a workflow which is not there."""
    named = await workflows.named(connection, workspace_id, body.run)
    if len(named) != 1:
        raise _wrong("run", "/run", "this is neither the id of a workflow nor a name that only one has")
    if named[0].published_version is None:
        raise _wrong("run", "/run", "nothing of this workflow is published yet")
    for place, workflow_id in enumerate(body.workflows):
        if await workflows.get(connection, workspace_id, workflow_id) is None:
            raise _wrong(f"workflows.{place}", f"/workflows/{place}", "this is not the id of a workflow")


def _wrong(field: str, pointer: str, message: str) -> Unprocessable:
    return Unprocessable(f"{field}: {message}", fields=[{"field": field, "pointer": pointer, "message": message}])
