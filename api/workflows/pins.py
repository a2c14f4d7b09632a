"""Pins: outputs kept beside a draft, which runs of the draft take instead of calling the node."""

import json

from api.engine.mocks import MOST_BYTES
from api.kit.problem import NotFound, Unprocessable
from api.kit.services import Services
from api.store import pins
from api.workflows.service import checked, get
from interpreter.json_value import JsonObject, pointer
from interpreter.node_type import Kind


async def save_pins(services: Services, workspace_id: str, workflow_id: str, wanted: JsonObject) -> None:
    """Replaces all pins of a draft; raises `Unprocessable` for a node that can't have one."""
    async with services.database.write() as connection:
        row = await get(connection, workspace_id, workflow_id)
        _check(services, row.definition, wanted)
        if not await pins.replace(connection, workspace_id, workflow_id, wanted):
            raise NotFound


def _check(services: Services, definition: JsonObject, wanted: JsonObject) -> None:
    read = checked(services, definition).definition
    types = {node.id: services.catalog.get(node.type) for node in (read.nodes if read else ())}
    for node_id in wanted:
        node_type = types.get(node_id)
        if node_type is None:
            raise _refused(f'the draft has no node "{node_id[:80]}"', node_id)
        if node_type.kind is Kind.CONTROL:
            raise _refused(f'"{node_id}" is decided by the run itself: only a node that calls a service can be pinned', node_id)
    size = len(json.dumps(wanted))
    if size > MOST_BYTES:
        raise Unprocessable(f"the pins take {size} bytes, and {MOST_BYTES} at most travel in a run")


def _refused(message: str, node_id: str) -> Unprocessable:
    return Unprocessable(message, fields=[{"field": node_id, "pointer": pointer(node_id), "message": message}])
