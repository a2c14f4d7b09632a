"""41 graphs of real scientific workflows, every task an HTTP request: each once, none before its parents."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ledger import Ledger, running_ledger
from tests.running_product import RunningProduct, running_product

pytestmark = pytest.mark.engine

CASES = os.environ.get("HOLDFAST_CASES")
GRAPHS = sorted((Path(CASES) / "dags").glob("*.json")) if CASES else []


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with running_ledger() as ledger:
        yield ledger


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    with running_product(tmp_path_factory.mktemp("dags")) as product:
        yield product


@pytest.mark.skipif(CASES is None, reason="HOLDFAST_CASES is not set: the recorded graphs are not here")
def test_the_folder_holds_all_41_graphs() -> None:
    assert len(GRAPHS) == 41


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_every_task_of_a_real_graph_runs_once_and_after_its_parents(
    path: Path, product: RunningProduct, ledger: Ledger
) -> None:
    graph = json.loads(path.read_text())
    workflow_id = product.published(definition_of(graph, ledger.url))
    run = product.start_run(workflow_id, wait=60)
    run = run if run["status"] == "succeeded" else product.ended(run["id"])
    assert run["status"] == "succeeded", run["error"]
    for task in graph["tasks"]:
        [call] = ledger.calls[f"{graph['name']}/{task['id']}"]
        for parent in task["parents"]:
            [before] = ledger.calls[f"{graph['name']}/{parent}"]
            assert before.ended <= call.begun, (task["id"], parent)
    rows = {row["node_id"]: row for row in product.nodes(run["id"])}
    assert {row["status"] for row in rows.values()} == {"succeeded"}
    assert {row["attempt"] for row in rows.values()} == {1}
    for task in graph["tasks"]:
        assert all(rows[parent]["ended_at"] <= rows[task["id"]]["started_at"] for parent in task["parents"])


def definition_of(graph: dict[str, Any], url: str) -> dict[str, Any]:
    nodes = [
        {
            "id": task["id"],
            "type": "core.http_request@1",
            "config": {"method": "GET", "url": f"{url}?key={graph['name']}/{task['id']}"},
        }
        for task in graph["tasks"]
    ]
    edges = [{"source": parent, "target": task["id"]} for task in graph["tasks"] for parent in task["parents"]]
    return {"name": graph["name"], "nodes": nodes, "edges": edges}
