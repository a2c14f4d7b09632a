"""S35: the rooms that call other people's services have one way out, and it is the guarded one."""

import re

import pytest

from activities.discovery import load_node_types
from tests.house.tree import python_files, shown

WAYS_OUT = re.compile(
    r"httpx\.(Async)?(Client|HTTPTransport)\(|httpx\.(get|post|put|patch|delete|head|request|stream)\(|httpcore\.Async\w+\("
    r"|urllib\.request|http\.client|aiohttp\.|\bopen_connection\(|\bcreate_connection\(|\bconnect_tcp\("
)
GUARDED = {
    "activities/kit/guarded_transport.py": "the guard itself",
    "activities/kit/api_client.py": "the worker's way to its own API, at an address of the operator's",
}
URL_LIKE = re.compile(r"(^|_)(url|uri|host|endpoint|address|webhook)(_|$)")
URL_FIELDS = {("core.http_request@1", "url"): "tests/activities/core, through the egress client"}
"""Each field of a node's config that names an address, and where its way through the guard is tested."""


def test_no_other_module_opens_connections() -> None:
    rooms = [path for path in python_files() if shown(path).startswith(("activities/", "api/"))]
    found = {shown(path) for path in rooms if WAYS_OUT.search(path.read_text())}
    assert found - GUARDED.keys() == set()
    assert "activities/kit/guarded_transport.py" in found, "the search finds nothing any more"


@pytest.mark.parametrize("node_type", load_node_types(), ids=lambda one: one.id)
def test_every_address_in_a_config_is_known_to_go_through_the_guard(node_type) -> None:  # type: ignore[no-untyped-def]
    fields = {(node_type.id, name) for name in node_type.config.model_fields if URL_LIKE.search(name)}
    assert fields - URL_FIELDS.keys() == set()
