"""Published versions as the door needs them: immutable, so they are read once and remembered."""

from collections import OrderedDict
from dataclasses import dataclass

from api.engine.slots import Concurrency
from api.store import plans, workflows
from api.store.database import Connection
from interpreter.json_value import Json, JsonObject
from interpreter.plan import Plan

_MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class RunnableVersion:
    """What a run needs of a version."""

    version: int | None
    """None for a draft."""
    plan: Plan
    input_schema: JsonObject | None
    error_workflow: str | None = None
    """What its definition says is to run when a run of it fails: an id or a name."""
    concurrency: Concurrency | None = None
    business_key: str | None = None
    """A template over `input` and `trigger`: what people call the matter that a run is about."""
    searchable: tuple[str, ...] = ()
    """Paths into the output whose values the search finds."""

    @classmethod
    def of(cls, number: int | None, plan: Plan, definition: Json) -> "RunnableVersion":
        """The plan of a definition, with what the plan does not say."""
        settings = definition.get("settings") or {}
        return cls(
            number,
            plan,
            definition.get("input"),
            settings.get("error_workflow"),
            Concurrency.of(settings),
            settings.get("business_key"),
            tuple(settings.get("searchable") or ()),
        )


class PublishedVersions:
    """By workflow and version, for this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, int], RunnableVersion] = OrderedDict()

    async def get(
        self, connection: Connection, workspace_id: str, workflow_id: str, number: int
    ) -> RunnableVersion | None:
        """A version of a workflow; None when there is none of that number."""
        place = (workspace_id, workflow_id, number)
        kept = self._kept.get(place)
        if kept is not None:
            return kept
        row = await workflows.version(connection, workspace_id, workflow_id, number)
        text = None if row is None else await plans.get(connection, workspace_id, row.plan_hash)
        if row is None or text is None:
            return None
        found = self._kept[place] = RunnableVersion.of(number, Plan.of(text), row.definition)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found

