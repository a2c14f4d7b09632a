"""A run's node rows: the recorded ones and, while it lasts, those that only the run itself knows."""

from api.engine.live_nodes import Placed, placed
from api.kit.problem import NotFound
from api.kit.services import Services
from api.store import records
from api.store.records import Place
from api.store.runs import RunRow
from interpreter.protocol import NODE_ENDS, RUN_ENDS, NodeRow


async def node_page(services: Services, run: RunRow, after: Place, limit: int) -> tuple[list[NodeRow], Place | None]:
    """A page from behind a place, and the place behind which the next one begins."""
    # Asked before the record is read: what the run hands over meanwhile is then in both, and not in none.
    live = await services.engine.live_nodes(run) if run.status not in RUN_ENDS else None
    async with services.database.read() as connection:
        recorded = await records.node_rows(connection, run.workspace_id, run.id, after, limit + 1)
        unrecorded = await placed(connection, run, live) if live else []
    found = _merged(recorded, [one for one in unrecorded if _place(one) > after])
    page = found[:limit]
    return [row for _, row in page], _place(page[-1]) if len(found) > limit else None


async def node_instance(services: Services, run: RunRow, key: str) -> NodeRow:
    """One instance with its attempts; raises `NotFound`."""
    live = await services.engine.live_node(run, key) if run.status not in RUN_ENDS else None
    async with services.database.read() as connection:
        recorded = await records.node_row(connection, run.workspace_id, run.id, key)
    row = recorded if live is None or (recorded is not None and recorded["status"] in NODE_ENDS) else live
    if row is None:
        raise NotFound
    return {**row, "attempts": row.get("attempts", [])}


def _merged(recorded: list[Placed], live: list[Placed]) -> list[Placed]:
    """By key: a recorded end stands, else the live row is the newer one."""
    by_key = {row["key"]: (number, row) for number, row in recorded}
    for number, row in live:
        known = by_key.get(row["key"])
        if known is None or known[1]["status"] not in NODE_ENDS:
            by_key[row["key"]] = (number, row)
    return sorted(by_key.values(), key=_place)


def _place(one: Placed) -> Place:
    number, row = one
    return number, row["key"]
