"""Who is told of failures: rules of a workspace, each of which runs an ordinary workflow."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store import workspaces
from api.store.tables import Run
from api.store.upserts import table_of
from interpreter.json_value import JsonObject

_RUNS = table_of(Run)
MOST = 50
_SETTING = "notify"


@dataclass(frozen=True, slots=True)
class NotificationRule:
    id: str
    name: str
    run: str
    """The workflow that tells: an id, or a name that only one has."""
    statuses: tuple[str, ...] = ("failed", "timed_out")
    workflows: tuple[str, ...] = ()
    """Ids of those whose failures count; none: all."""
    quiet_minutes: int = 0
    """The same failure is not told again within so many."""
    paused: bool = False

    @classmethod
    def of(cls, told: JsonObject) -> "NotificationRule":
        lists = {name: tuple(told[name]) for name in ("statuses", "workflows") if name in told}
        return cls(**{**told, **lists})

    def to_json(self) -> JsonObject:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def concerns(self, workflow_id: str, status: str) -> bool:
        """Whether the end of a run is one that it tells of."""
        return not self.paused and status in self.statuses and (not self.workflows or workflow_id in self.workflows)


def rules_of(settings: JsonObject) -> list[NotificationRule]:
    """The rules in the settings of a workspace, as they were made."""
    return [NotificationRule.of(one) for one in settings.get(_SETTING, [])]


async def all_of(connection: AsyncConnection, workspace_id: str) -> list[NotificationRule]:
    return rules_of(await workspaces.settings(connection, workspace_id))


async def save(connection: AsyncConnection, workspace_id: str, rules: list[NotificationRule]) -> None:
    """Replaces all rules of a workspace."""
    settings = await workspaces.settings(connection, workspace_id)
    settings.pop(_SETTING, None)
    told = {_SETTING: [one.to_json() for one in rules]} if rules else {}
    await workspaces.save_settings(connection, workspace_id, {**settings, **told})


async def was_told(connection: AsyncConnection, workspace_id: str, fingerprint: str, run_id: str, ended: datetime, minutes: int) -> bool:
    """Whether the same failure was there within so many minutes before."""
    same = (_RUNS.c.workspace_id == workspace_id, _RUNS.c.fingerprint == fingerprint, _RUNS.c.id != run_id)
    recent = (_RUNS.c.ended_at <= ended, _RUNS.c.ended_at > ended - timedelta(minutes=minutes))
    found: Any = (await connection.execute(select(_RUNS.c.id).where(*same, *recent).limit(1))).first()
    return found is not None
