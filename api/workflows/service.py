"""What people do with workflows: draft, check, publish, compare."""

from collections.abc import Iterator
from datetime import UTC, datetime

from activities.kit.regex_engine import re2_check
from api.engine.input_schema import wrong_schema
from api.kit.problem import InvalidDefinition, NotFound, StaleDraft, Unprocessable
from api.kit.services import Services
from api.store import credentials, ids, plans, workflows
from api.store.database import Connection
from api.store.workflows import VersionRow, WorkflowRow
from interpreter.definition import Definition
from interpreter.finding import Code, Finding, errors_of
from interpreter.json_value import JsonObject
from interpreter.plan import Plan, PlanTooLarge, compile_plan
from interpreter.validation import Checked, check

_LONGEST_NAME = 200
_SCHEMAS = {"core.wait_for_event@": "schema", "core.approval@": "form"}
"""Fields of node types that hold a JSON Schema."""


def checked(services: Services, definition: JsonObject) -> Checked:
    """A definition with its findings; what a JSON Schema is, only this room knows."""
    found = check(definition, services.catalog, re2_check)
    wrong = [*_wrong_input_schema(definition), *_wrong_node_schemas(found.definition)]
    return Checked(found.definition, [*found.findings, *wrong]) if wrong else found


def _wrong_input_schema(definition: JsonObject) -> Iterator[Finding]:
    wrong = wrong_schema(definition.get("input"))
    if wrong is not None:
        message, path = wrong
        yield Finding(Code.INVALID_DEFINITION, message, f"/input{path}")


def _wrong_node_schemas(definition: Definition | None) -> Iterator[Finding]:
    """What events and the forms of approvals are held against."""
    for index, node in enumerate(definition.nodes if definition else ()):
        field = next((field for stem, field in _SCHEMAS.items() if node.type.startswith(stem)), None)
        wrong = wrong_schema(node.config.get(field)) if field is not None else None
        if wrong is not None:
            message, path = wrong
            yield Finding(Code.INVALID_CONFIG, message, f"/nodes/{index}/config/{field}{path}", node.id)


async def create(services: Services, workspace_id: str, definition: JsonObject) -> WorkflowRow:
    workflow_id = ids.prefixed("wf")
    async with services.database.write() as connection:
        await workflows.insert(connection, workspace_id, workflow_id, name_of(definition), definition, datetime.now(UTC))
        return await get(connection, workspace_id, workflow_id)


async def get(connection: Connection, workspace_id: str, workflow_id: str) -> WorkflowRow:
    row = await workflows.get(connection, workspace_id, workflow_id)
    if row is None:
        raise NotFound
    return row


async def save(
    services: Services, workspace_id: str, workflow_id: str, definition: JsonObject, revision: int | None
) -> WorkflowRow:
    """Replaces the draft; raises `StaleDraft` with the current one when somebody else was quicker."""
    name = name_of(definition)
    async with services.database.write() as connection:
        now = datetime.now(UTC)
        done = await workflows.replace_draft(connection, workspace_id, workflow_id, revision, name, definition, now)
        current = await get(connection, workspace_id, workflow_id)
    if not done:
        raise StaleDraft(
            f"the draft is at revision {current.draft_revision}, not {revision}: somebody else has saved it",
            draft={"draft_revision": current.draft_revision, "definition": current.definition},
        )
    return current


async def delete(services: Services, workspace_id: str, workflow_id: str) -> None:
    async with services.database.write() as connection:
        if not await workflows.delete(connection, workspace_id, workflow_id, datetime.now(UTC)):
            raise NotFound


async def publish(services: Services, workspace_id: str, workflow_id: str) -> tuple[int, datetime]:
    """Freezes the draft as the next version; raises `InvalidDefinition` with the findings."""
    now = datetime.now(UTC)
    async with services.database.write() as connection:
        row = await get(connection, workspace_id, workflow_id)
        plan = runnable_plan(services, row.definition)
        await plans.put(connection, workspace_id, plan.hash, plan.text)
        return await workflows.publish(connection, workspace_id, workflow_id, row.definition, plan.hash, now), now


def runnable_plan(services: Services, definition: JsonObject) -> Plan:
    """The plan of a definition without errors; raises `InvalidDefinition`."""
    found = checked(services, definition)
    errors = errors_of(found.findings)
    if found.definition is None or errors:
        first = errors[0].message if errors else "it can't be read"
        raise InvalidDefinition(f"the definition has {len(errors)} errors; the first: {first}", found.findings)
    try:
        return compile_plan(found.definition, services.catalog)
    except PlanTooLarge as error:
        raise Unprocessable(f"{error}: {error.hint}") from None


async def version(connection: Connection, workspace_id: str, workflow_id: str, number: int) -> VersionRow:
    row = await workflows.version(connection, workspace_id, workflow_id, number)
    if row is None:
        raise NotFound
    return row


async def missing_credentials(connection: Connection, workspace_id: str, definition: JsonObject) -> list[Finding]:
    """A warning for each credential that nobody has put in yet: it may come before the run does."""
    found: list[Finding] = []
    nodes = definition.get("nodes")
    for index, node in enumerate(nodes if isinstance(nodes, list) else []):
        name = node.get("credential") if isinstance(node, dict) else None
        if isinstance(name, str) and await credentials.named(connection, workspace_id, name) is None:
            message = f'there is no credential "{name}" in this workspace yet'
            path = f"/nodes/{index}/credential"
            found.append(Finding(Code.CREDENTIAL_MISSING, message, path, node.get("id"), "warning", "create it first"))
    return found


def name_of(definition: JsonObject) -> str:
    """The workflow's name in lists; a draft may be anything, but not nameless."""
    name = definition.get("name")
    return name[:_LONGEST_NAME] if isinstance(name, str) and name.strip() else "Untitled"
