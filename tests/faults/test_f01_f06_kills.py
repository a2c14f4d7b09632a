"""F01, F04, F06: kill -9 of the worker, of the API, of everything, while a node is in flight."""

import time
from typing import Any

import httpx
import pytest

from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine

LENGTH = 6
HELD = 3
RESUME_SECONDS = 15
READY_SECONDS = 20


def chain(ledger: Ledger, name: str) -> dict[str, Any]:
    nodes = [
        {"id": f"n{n}", "type": "core.http_request@1", "config": {"method": "GET", "url": f"{ledger.url}?key={name}{n}"}}
        for n in range(LENGTH)
    ]
    edges = [{"source": f"n{n}", "target": f"n{n + 1}"} for n in range(LENGTH - 1)]
    return {"nodes": nodes, "edges": edges, "output": {"last": f"{{{{ nodes.n{LENGTH - 1}.body.ok }}}}"}}


def calls(ledger: Ledger, name: str) -> list[int]:
    return [len(ledger.calls[f"{name}{n}"]) for n in range(LENGTH)]


def test_a_killed_worker_repeats_only_the_node_in_flight_and_within_15_seconds(
    product: RunningProduct, ledger: Ledger
) -> None:
    workflow_id = product.published(chain(ledger, "w"))
    ledger.hold(f"w{HELD}")
    run = product.start_run(workflow_id)
    ledger.wait_for(f"w{HELD}")
    product.kill("worker")
    killed = time.monotonic()
    ledger.arrived[f"w{HELD}"].clear()
    ledger.let_go(f"w{HELD}")  # the dead worker's call is answered to nobody
    ledger.wait_for(f"w{HELD}", 2 * RESUME_SECONDS)
    assert time.monotonic() - killed <= 2 * RESUME_SECONDS
    ended = product.ended(run["id"])
    assert (ended["status"], ended["output"]) == ("succeeded", {"last": True})
    assert calls(ledger, "w") == [2 if n == HELD else 1 for n in range(LENGTH)]
    [row] = [row for row in product.nodes(run["id"]) if row["node_id"] == f"n{HELD}"]
    assert row["attempt"] == 2


def test_runs_go_on_while_the_api_is_killed_and_are_recorded_when_it_is_back(
    product: RunningProduct, ledger: Ledger
) -> None:
    workflow_id = product.published(chain(ledger, "a"))
    ledger.hold(f"a{HELD}")
    run = product.start_run(workflow_id, key="only-once")
    ledger.wait_for(f"a{HELD}")
    product.kill("api")
    ledger.let_go(f"a{HELD}")
    ended = product.ended(run["id"])
    assert (ended["status"], ended["output"]) == ("succeeded", {"last": True})
    assert calls(ledger, "a") == [1] * LENGTH
    assert product.start_run(workflow_id, key="only-once")["id"] == run["id"]


def test_everything_killed_goes_on_by_itself_after_one_command(product: RunningProduct, ledger: Ledger) -> None:
    workflow_id = product.published(chain(ledger, "e"))
    ledger.hold(f"e{HELD}")
    held = product.start_run(workflow_id)
    ledger.wait_for(f"e{HELD}")
    product.kill_everything()
    ledger.arrived[f"e{HELD}"].clear()
    ledger.let_go(f"e{HELD}")
    assert product.start() <= 2 * READY_SECONDS
    ended = product.ended(held["id"])
    assert (ended["status"], ended["output"]) == ("succeeded", {"last": True})
    assert calls(ledger, "e") == [2 if n == HELD else 1 for n in range(LENGTH)]


def test_every_acknowledged_run_ends_when_everything_is_killed_at_any_moment(
    product: RunningProduct, ledger: Ledger
) -> None:
    """Kills come after a varying number of starts, so that rows and executions are caught in every state."""
    workflow_id = product.published(chain(ledger, "r"))
    acknowledged: list[str] = []
    for turn in range(3):
        for number in range(5 + turn):
            acknowledged.append(product.start_run(workflow_id, key=f"{turn}-{number}")["id"])
        product.kill(("api", "worker", "temporal")[turn])
        _start_while_down(product, workflow_id, f"down-{turn}", acknowledged)
    product.kill_everything()
    product.start()
    ends = [product.ended(run_id) for run_id in acknowledged]
    assert {end["status"] for end in ends} == {"succeeded"}
    assert all(end["output"] == {"last": True} for end in ends)


def _start_while_down(product: RunningProduct, workflow_id: str, key: str, acknowledged: list[str]) -> None:
    """A client that repeats with the same key until it gets an answer."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            answer = product.http.post(f"/workflows/{workflow_id}/runs", json={"input": {}}, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.is_success:
            acknowledged.append(answer.json()["id"])
            return
        assert answer is None or answer.status_code == 503, answer.text
        time.sleep(0.2)
    raise AssertionError("no answer within 60 s")
