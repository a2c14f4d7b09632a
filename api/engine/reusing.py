"""What a rerun takes over: chosen from the record of the run that it repeats, and handed to it page by page."""

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.kit.large_values import LargeValues, Owner
from api.store import plans, records, runs
from api.store.database import Database
from api.store.records import BEFORE_ALL
from api.store.rerun_options import RerunOptions
from api.store.runs import RunRow
from interpreter.json_value import Json, JsonObject
from interpreter.large_value import is_reference
from interpreter.plan import Plan
from interpreter.protocol import (
    BATCH_ITEMS,
    INLINE_BYTES,
    INLINE_RUN_BYTES,
    NodeRow,
)
from interpreter.reuse import (
    Outlook,
    Recorded,
    RecordedEnd,
    Stretch,
    choose_reuse,
    containers_around,
    pages,
    place_in,
    runs_in,
)
from interpreter.reuse.loading import LOAD_REUSE_ACTIVITY, ReusePage, ReuseQuestion

_ROWS = 1_000
_DEEPEST = 50
"""Reruns of reruns whose records are put together."""
_KEPT = 8
"""Reruns whose reuse is remembered while their executions ask for it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A recorded instance: what has to be known of it, and where the rest of it stands."""

    recorded: Recorded
    run_id: str
    """The run in whose record its row stands: an instance in a reused container has none of its own."""
    count: int = 0
    """Of a map: how many items it went through."""


class Reuses:
    """Reads records and chooses; remembers what was chosen last."""

    def __init__(self, database: Database, values: LargeValues) -> None:
        self._database = database
        self._values = values
        self._pages: OrderedDict[tuple[str, str, int], list[str]] = OrderedDict()

    def activity(self) -> Callable[..., Any]:
        """The activity by which a rerun, and every batch in it, loads its own part."""

        @activity.defn(name=LOAD_REUSE_ACTIVITY)
        async def load_reuse(asked: ReuseQuestion) -> ReusePage:
            place = (asked.run_id, asked.batch_key or "", asked.first)
            if asked.page == 0 or place not in self._pages:
                self._pages[place] = await self._read(asked)
                while len(self._pages) > _KEPT:
                    self._pages.popitem(last=False)
            found = self._pages[place]
            more = asked.page + 1 < len(found)
            if not more:
                del self._pages[place]
            return ReusePage(found[asked.page], more)

        return load_reuse

    async def outlook(self, before: RunRow, plan: Plan, options: RerunOptions) -> Outlook:
        """What a rerun of a run by this plan would reuse."""
        return self._chosen(await self._plan_of(before), plan, await self.kept(before), options)

    async def outlook_of(self, run: RunRow, before: RunRow, options: RerunOptions) -> Outlook:
        """What a rerun that has begun reuses."""
        plan = await self._plan_of(run)
        return Outlook((), ()) if plan is None else await self.outlook(before, plan, options)

    @staticmethod
    def _chosen(old: Plan | None, plan: Plan, kept: dict[str, Kept], options: RerunOptions) -> Outlook:
        return choose_reuse(old or plan, plan, {key: one.recorded for key, one in kept.items()}, options.wish)

    async def kept(self, run: RunRow, level: int = 0) -> dict[str, Kept]:
        """Every recorded instance of a run, also those in containers that it took over from its parent as a whole."""
        found: dict[str, Kept] = {}
        reused: dict[str, None] = {}
        after = BEFORE_ALL
        while True:
            async with self._database.read() as connection:
                page = await records.node_rows(connection, run.workspace_id, run.id, after, _ROWS)
            for _, row in page:
                found[row["key"]] = _kept(run.id, row)
                if row["reused"]:
                    reused[row["key"]] = None
            if len(page) < _ROWS:
                break
            after = (page[-1][0], page[-1][1]["key"])
        if reused and run.parent_run_id is not None and level < _DEEPEST:
            await self._add_inner(run, found, reused, level)
        return found

    async def _add_inner(self, run: RunRow, found: dict[str, Kept], reused: dict[str, None], level: int) -> None:
        async with self._database.read() as connection:
            parent = await runs.get(connection, run.workspace_id, run.parent_run_id or "")
        plan = await self._plan_of(run)
        if parent is None or plan is None:
            return
        for key, one in (await self.kept(parent, level + 1)).items():
            if any(around.key in reused for around in containers_around(plan, key)):
                found.setdefault(key, one)

    async def _plan_of(self, run: RunRow) -> Plan | None:
        async with self._database.read() as connection:
            text = await plans.get(connection, run.workspace_id, run.plan_hash)
        return None if text is None else Plan.of(text)

    # the part of one execution

    async def _read(self, asked: ReuseQuestion) -> list[str]:
        async with self._database.read() as connection:
            run = await runs.get(connection, asked.workspace_id, asked.run_id)
            before = run and await runs.get(connection, asked.workspace_id, run.parent_run_id or "")
        options = None if run is None else RerunOptions.of(run.options.rerun)
        plan = None if run is None else await self._plan_of(run)
        if run is None or before is None or options is None or plan is None:
            raise ApplicationError("the run that is repeated is not recorded any more", type="ReuseLost", non_retryable=True)
        kept = await self.kept(before)
        outlook = self._chosen(await self._plan_of(before), plan, kept, options)
        stretch = None if asked.batch_key is None else Stretch(asked.batch_key, asked.first, asked.count)
        counts = {key: one.count for key, one in kept.items()}
        keys = [key for key in outlook.offered if runs_in(plan, key, stretch, counts)]
        maps = [key for key in outlook.by_item if key == asked.batch_key or runs_in(plan, key, stretch, counts)]
        items = await self._items(before, maps, kept, stretch)
        return list(pages((await self._ends(run, plan, keys, kept, options)).items(), items))

    async def _ends(
        self, run: RunRow, plan: Plan, keys: list[str], kept: dict[str, Kept], options: RerunOptions
    ) -> dict[str, RecordedEnd]:
        """The recorded ends in the order of `keys`, with everything large kept for this run too."""
        mine = Owner(run.workspace_id, run.id)
        rows: dict[str, NodeRow] = {}
        for run_id in dict.fromkeys(kept[key].run_id for key in keys if key in kept):
            wanted = [key for key in keys if key in kept and kept[key].run_id == run_id]
            async with self._database.read() as connection:
                rows.update(await records.rows_by_key(connection, run_id, wanted))
        ends: dict[str, RecordedEnd] = {}
        for key in keys:
            edited = options.overrides.get(key)
            if edited is not None:
                ends[key] = await self._edited(mine, plan, key, edited)
            elif key in rows:
                source = Owner(run.workspace_id, kept[key].run_id)
                ends[key] = _end(rows[key], await self._values.carried_over(source, mine, rows[key]["output"]))
        return ends

    async def _edited(self, mine: Owner, plan: Plan, key: str, told: JsonObject) -> RecordedEnd:
        output = told["output"]
        node = plan.nodes[plan.index_by_id[place_in(key)[0]]]
        kept = await self._values.kept(mine, output, json.dumps(output), INLINE_BYTES, node.extracts)
        return {"status": "succeeded", "port": told["port"], "output": kept, "error": None, "attempts": 1, "edited": True}

    async def _items(self, before: RunRow, maps: list[str], kept: dict[str, Kept], stretch: Stretch | None) -> JsonObject:
        """The recorded items of the maps that are compared item by item."""
        found: JsonObject = {}
        for key in maps:
            run_id = kept[key].run_id if key in kept else before.id
            async with self._database.read() as connection:
                row = (await records.rows_by_key(connection, run_id, [key])).get(key)
            items = _items_of(row)
            first = stretch.first if stretch is not None and stretch.key == key else 0
            part: Json = []
            if isinstance(items, list):
                part = items[first : first + BATCH_ITEMS]
            elif items is not None and first // BATCH_ITEMS < len(items["$items"]["chunks"]):
                part = items["$items"]["chunks"][first // BATCH_ITEMS]
            found[key] = {"first": first, "items": await self._small(Owner(before.workspace_id, run_id), part)}
        return found

    async def _small(self, owner: Owner, items: Json) -> Json:
        """The items themselves where they are small: then one that has changed is told from its neighbours."""
        if not is_reference(items) or items["$payload"]["size"] > INLINE_RUN_BYTES:
            return items
        return await self._values.here(owner, items)


def _kept(run_id: str, row: NodeRow) -> Kept:
    # Rows of earlier versions do not say by which port.
    port = row.get("port", "out" if row["status"] == "succeeded" else None)
    items = _items_of(row)
    count = 0 if items is None else len(items) if isinstance(items, list) else items["$items"]["count"]
    return Kept(Recorded(row["status"], port, row["error"] is not None), run_id, count)


def _items_of(row: NodeRow | None) -> Any:
    """What a map went through, as it is recorded: a list, or references to its chunks."""
    if row is None or not row["type"].startswith("core.map@") or not isinstance(row["input"], dict):
        return None
    return row["input"].get("items")


def _end(row: NodeRow, output: Json) -> RecordedEnd:
    port = row.get("port", "out" if row["status"] == "succeeded" else None)
    return {"status": row["status"], "port": port, "output": output, "error": row["error"], "attempts": row["attempt"]}
