"""F32: a copy of the folder, started elsewhere, goes on where the original stood, and repeats nothing."""

import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.ledger import Ledger, running_ledger
from tests.running_product import running_product

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(600)]
NAMESPACE = {"TEMPORAL_NAMESPACE": "test-backup"}
"""The same one on both sides: runs belong to theirs."""


def definition(ledger: Ledger) -> dict[str, Any]:
    def call(node_id: str) -> dict[str, Any]:
        return {"id": node_id, "type": "core.http_request@1", "config": {"method": "POST", "url": f"{ledger.url}?key=f32-{node_id}"}}

    large = {"id": "large", "type": "core.code@1", "config": {"code": "output = ['x' * 100] * 2000"}}
    event = {"id": "event", "type": "core.wait_for_event@1", "config": {}}
    pause = {"id": "pause", "type": "core.wait@1", "config": {"duration": "3s"}}
    ids = ("before", "large", "pause", "event", "after")
    edges = [{"source": one, "target": two} for one, two in pairwise(ids)]
    nodes = [call("before"), large, pause, event, call("after")]
    return {"nodes": nodes, "edges": edges, "output": {"count": "{{ $count(nodes.large) }}", "said": "{{ nodes.event }}"}}


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_a_copy_goes_on_where_the_original_stood(tmp_path: Path, how: str) -> None:
    original, copy = tmp_path / "original", tmp_path / "copy"
    original.mkdir()
    with running_ledger() as ledger:
        with running_product(original, **NAMESPACE) as product:
            workflow_id = product.published(definition(ledger))
            run_id = product.start_run(workflow_id)["id"]
            ended = product.start_run(product.published({"nodes": [{"id": "a", "type": "core.noop@1"}]}), wait=30)
            product.until(lambda: any(row["key"] == "large" and row["status"] == "succeeded" for row in product.nodes(run_id)), "large is done")
            if how == "stopped":
                product.stop()
            else:
                product.kill_everything()
            shutil.copytree(original, copy, ignore=shutil.ignore_patterns("*.lock", "*.sock"))
        with running_product(copy, **NAMESPACE) as restored:
            assert restored.run(ended["id"])["status"] == "succeeded"
            restored.until(lambda: restored.run(run_id)["status"] == "waiting", "the run waits for its event", 60)
            answer = restored.http.post(f"/runs/{run_id}/nodes/event/resume", json={"payload": {"n": 7}})
            assert answer.status_code == 202, answer.text
            run = restored.ended(run_id, 60)
            assert (run["status"], run["output"]) == ("succeeded", {"count": 2000, "said": {"n": 7}}), run["error"]
        assert {node: len(ledger.calls[f"f32-{node}"]) for node in ("before", "after")} == {"before": 1, "after": 1}
