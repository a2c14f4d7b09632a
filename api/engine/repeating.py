"""The request by which a run is repeated, for people and for parents that are repeated with their children."""

from dataclasses import dataclass
from typing import Any

from api.engine.door import RunRequest
from api.engine.input_schema import wrong_input
from api.engine.published import PublishedVersions, RunnableVersion
from api.store import plans, workflows
from api.store.database import Connection
from api.store.rerun_options import RerunOptions
from api.store.run_options import RunOptions
from api.store.runs import Caller, RunRow
from interpreter.json_value import Json
from interpreter.plan import Plan


@dataclass(frozen=True, slots=True)
class Repeating:
    """A run that is to be repeated, by which version and with which input."""

    before: RunRow
    runnable: RunnableVersion
    input: Json
    options: RerunOptions

    def wrong_input(self) -> list[dict[str, Any]]:
        """What the version's input schema has against the input."""
        schema = self.runnable.input_schema
        return [] if schema is None else wrong_input(schema, self.input)

    def request(
        self, key: str | None = None, asked: Json = None, caller: Caller | None = None, run_id: str | None = None
    ) -> RunRequest:
        """What goes through the door. It keeps the trigger of the run before, which its expressions may read."""
        before = self.before
        return RunRequest(
            workspace_id=before.workspace_id,
            workflow_id=before.workflow_id,
            workflow_name=before.workflow_name,
            runnable=self.runnable,
            input=self.input,
            trigger=before.trigger,
            idempotency_key=key,
            asked=asked,
            options=RunOptions(
                mocks=before.options.mocks,
                dry_run=before.options.dry_run,
                quiet=before.options.quiet,
                rerun=self.options.to_json(),
            ),
            caller=caller,
            depth=before.depth if caller is not None else 0,
            parent_run_id=before.id,
            run_id=run_id,
        )


async def original_version(
    connection: Connection, published: PublishedVersions, before: RunRow
) -> RunnableVersion | None:
    """What a run followed; None when its plan is not kept any more."""
    if before.version is not None:
        found = await published.get(connection, before.workspace_id, before.workflow_id, before.version)
        if found is not None:
            return found
    text = await plans.get(connection, before.workspace_id, before.plan_hash)
    return None if text is None else RunnableVersion(before.version, Plan.of(text), None, before.error_workflow)


async def latest_version(
    connection: Connection, published: PublishedVersions, before: RunRow
) -> RunnableVersion | None:
    """The version of its workflow that is published now; None without any."""
    workflow = await workflows.get(connection, before.workspace_id, before.workflow_id)
    if workflow is None or workflow.published_version is None:
        return None
    return await published.get(connection, before.workspace_id, workflow.id, workflow.published_version)
