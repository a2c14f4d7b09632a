"""A run with all its reruns as a tree, and where neighbours in it part."""

from dataclasses import asdict

from api.kit.services import Services
from api.kit.times import shown
from api.runs.differences import Difference, first_difference
from api.store import records
from api.store.records import BEFORE_ALL
from api.store.rerun_family import Relative, family_of
from api.store.runs import RunRow
from interpreter.json_value import JsonObject
from interpreter.protocol import NodeRow

MOST_RUNS = 200
_MOST_COMPARED = 20
"""Pairs of siblings in one answer; the others are compared one by one."""
_MOST_ROWS = 2_000


async def tree(services: Services, run: RunRow) -> JsonObject:
    """The tree that the run stands in, from the first run of all."""
    async with services.database.read() as connection:
        family = await family_of(connection, run.workspace_id, run.id, MOST_RUNS + 1)
    truncated = len(family) > MOST_RUNS
    family = family[:MOST_RUNS]
    compared = 0
    nodes: dict[str, JsonObject] = {}
    older: dict[str | None, Relative] = {}
    for one in family:
        sibling = older.get(one.parent_run_id) if one.id != family[0].id else None
        older[one.parent_run_id] = one
        parted = None
        if sibling is not None and compared < _MOST_COMPARED:
            compared += 1
            parted = await difference(services, run.workspace_id, sibling.id, one.id)
        nodes[one.id] = _shown(one, parted)
        parent = nodes.get(one.parent_run_id or "")
        if parent is not None:
            parent["reruns"].append(nodes[one.id])
    return {"root": nodes[family[0].id], "truncated": truncated}


async def difference(services: Services, workspace_id: str, before: str, after: str) -> Difference | None:
    """Where two runs part, among the first rows of each."""
    rows = [await _rows(services, workspace_id, run_id) for run_id in (before, after)]
    return first_difference(*rows)


async def _rows(services: Services, workspace_id: str, run_id: str) -> list[NodeRow]:
    async with services.database.read() as connection:
        found = await records.node_rows(connection, workspace_id, run_id, BEFORE_ALL, _MOST_ROWS)
    return [row for _, row in found]


def _shown(one: Relative, parted: Difference | None) -> JsonObject:
    rerun = one.rerun
    return {
        "id": one.id,
        "parent_run_id": one.parent_run_id,
        "version": one.version,
        "status": one.status,
        "origin": rerun.origin if rerun else None,
        "definition": rerun.definition if rerun else None,
        "edited": list(rerun.overrides) if rerun else [],
        "input_changed": rerun.input_changed if rerun else False,
        "by": rerun.by if rerun else None,
        "created_at": shown(one.created_at),
        "ended_at": shown(one.ended_at),
        "first_difference": asdict(parted) if parted else None,
        "reruns": [],
    }
