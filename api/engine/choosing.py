"""Which version a run of a workflow follows when another run asks for it."""

from dataclasses import dataclass

from api.engine.errors import InvalidInput, NotPublished, UnknownWorkflow
from api.engine.input_schema import wrong_input
from api.engine.published import PublishedVersions, RunnableVersion
from api.store import workflows
from api.store.database import Connection
from api.store.workflows import WorkflowRow
from interpreter.json_value import Json


@dataclass(frozen=True, slots=True)
class Chosen:
    workflow: WorkflowRow
    runnable: RunnableVersion


async def choose(
    connection: Connection, published: PublishedVersions, workspace_id: str, id_or_name: str, version: int | None, input: Json
) -> Chosen:
    """The version, the published one when none is named, with an input that fits it.

    Raises `UnknownWorkflow`, `NotPublished` or `InvalidInput`.
    """
    found = await workflows.named(connection, workspace_id, id_or_name)
    if len(found) != 1:
        count = "no workflow" if not found else "more than one workflow"
        raise UnknownWorkflow(f'{count} of this workspace is called "{id_or_name[:200]}"')
    [workflow] = found
    number = workflow.published_version if version is None else version
    runnable = None if number is None else await published.get(connection, workspace_id, workflow.id, number)
    if runnable is None:
        what = "nothing" if version is None else f"no version {version}"
        raise NotPublished(f'of the workflow "{workflow.name}" {what} is published')
    if not isinstance(input, dict):
        raise InvalidInput("the input of a run is an object")
    wrong = wrong_input(runnable.input_schema, input) if runnable.input_schema is not None else []
    if wrong:
        raise InvalidInput(f"{wrong[0]['field']}: {wrong[0]['message']}", {"fields": wrong})
    return Chosen(workflow, runnable)
