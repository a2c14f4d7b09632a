"""Pages of a run's node rows: the recorded ones and, while it lasts, those that only the run itself knows."""

from api.kit.services import Services
from api.store import plans, records
from api.store.database import Connection
from api.store.records import Place
from api.store.runs import RunRow
from interpreter.machine.state import NEVER_STARTED
from interpreter.plan import Plan
from interpreter.protocol import NODE_ENDS, RUN_ENDS, NodeRow

_Placed = tuple[int, NodeRow]
_BATCHES = 10_000_000
"""From here on stand the rows of a large map's batches, which number theirs by themselves."""


async def node_page(services: Services, run: RunRow, after: Place, limit: int) -> tuple[list[NodeRow], Place | None]:
    """A page from behind a place, and the place behind which the next one begins."""
    # Asked before the record is read: what the run hands over meanwhile is then in both, and not in none.
    live = await services.engine.live_nodes(run) if run.status not in RUN_ENDS else None
    async with services.database.read() as connection:
        recorded = await records.node_rows(connection, run.workspace_id, run.id, after, limit + 1)
        placed = await _placed(connection, run, live) if live else []
    found = _merged(recorded, [one for one in placed if _place(one) > after])
    page = found[:limit]
    return [row for _, row in page], _place(page[-1]) if len(found) > limit else None


async def _placed(connection: Connection, run: RunRow, live: list[NodeRow]) -> list[_Placed]:
    """Live rows with the places that the record will give them: those not recorded yet continue its numbers."""
    known = await records.places(connection, run.id, [row["key"] for row in live])
    following = await records.last_place(connection, run.id, _BATCHES) + 1
    text = await plans.get(connection, run.workspace_id, run.plan_hash)
    index_by_id = Plan.of(text).index_by_id if text is not None else {}
    placed: list[_Placed] = []
    for row in live:
        if row["started_at"] is None and row["status"] in ("pending", "cancelled"):
            number = NEVER_STARTED + index_by_id.get(row["node_id"], 0)
        elif (number := known.get(row["key"], NEVER_STARTED)) >= NEVER_STARTED:
            number, following = following, following + 1
        placed.append((number, row))
    return placed


def _merged(recorded: list[_Placed], live: list[_Placed]) -> list[_Placed]:
    """By key: a recorded end stands, else the live row is the newer one."""
    by_key = {row["key"]: (number, row) for number, row in recorded}
    for number, row in live:
        known = by_key.get(row["key"])
        if known is None or known[1]["status"] not in NODE_ENDS:
            by_key[row["key"]] = (number, row)
    return sorted(by_key.values(), key=_place)


def _place(placed: _Placed) -> Place:
    number, row = placed
    return number, row["key"]
