"""F02 and F03: a worker that is asked to end while nodes run, and one that stands still and comes back."""

import os
import signal
import subprocess
import time

import pytest

from tests.ledger import Ledger
from tests.running_product import HOLDFAST, RunningProduct

pytestmark = [pytest.mark.engine, pytest.mark.slow]
IN_FLIGHT = 20
GONE_SECONDS = 40


def test_f02_a_worker_that_is_asked_to_end_lets_nothing_fail(product: RunningProduct, ledger: Ledger) -> None:
    url = f"{ledger.url}?key=f02.{{{{ input.n }}}}"
    node = {"id": "call", "type": "core.http_request@1", "config": {"method": "GET", "url": url}}
    workflow_id = product.published({"nodes": [node]})
    ledger.delay = 2.0
    runs = [product.start_run(workflow_id, {"n": n})["id"] for n in range(IN_FLIGHT)]
    ledger.wait_for("f02.0")
    pid = product.children()["worker"]
    begun = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    product.until(lambda: product.children().get("worker", pid) != pid, "another worker runs", GONE_SECONDS + 20)
    assert time.monotonic() - begun <= GONE_SECONDS + 5
    assert {product.ended(run_id)["status"] for run_id in runs} == {"succeeded"}


def test_f03_a_worker_that_stood_still_changes_nothing_when_it_comes_back(product: RunningProduct, ledger: Ledger) -> None:
    # The server hands tasks to the polls of the one that stands still until those have timed out.
    retry = {"max_attempts": 20, "initial_interval": "100ms", "max_interval": "1s", "jitter": "none"}
    nodes = [
        {"id": one, "type": "core.http_request@1", "retry": retry, "config": {"method": "GET", "url": f"{ledger.url}?key=f03-{one}"}}
        for one in ("first", "second")
    ]
    workflow_id = product.published({"nodes": nodes, "edges": [{"source": "first", "target": "second"}]})
    ledger.hold("f03-first")
    run = product.start_run(workflow_id)
    ledger.wait_for("f03-first")
    zombie = product.children()["worker"]
    os.kill(zombie, signal.SIGSTOP)
    log = (product.home / "second.log").open("wb")
    second = subprocess.Popen([HOLDFAST, "worker"], env=worker_environment(product), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    log.close()
    try:
        ledger.arrived["f03-first"].clear()
        ledger.let_go("f03-first")
        ledger.wait_for("f03-first", 150)
        ended = product.ended(run["id"])
        os.kill(zombie, signal.SIGCONT)
        assert ended["status"] == "succeeded"
        rows = {row["key"]: row["attempt"] for row in product.nodes(run["id"])}
        assert rows["first"] >= 2 and len(ledger.calls["f03-second"]) == 1
        time.sleep(2)  # the zombie says what it has to say
        assert product.run(run["id"])["output"] == ended["output"] and len(ledger.calls["f03-second"]) == 1
    finally:
        second.terminate()
        second.wait(60)


def worker_environment(product: RunningProduct) -> dict[str, str]:
    """What the supervisor gives its worker, as far as a second one needs it."""
    temporal = product.http.get("/system").json()["temporal"]
    return {**product.environment, "TEMPORAL_ADDRESS": temporal["address"]}
