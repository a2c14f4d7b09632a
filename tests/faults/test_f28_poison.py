"""F28: a run that makes every workflow task of its own fail is shown as stalled, and nobody else notices it."""

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ledger import Ledger, running_ledger
from tests.running_product import RunningProduct, running_product

pytestmark = pytest.mark.engine

WITHIN = 60
RUNS = 20
DEFECT = '''
"""A defect in the machine, for as long as a file is there: seen by every process that this folder is in the path of."""

import os
import time

import interpreter.machine as machine

_start = machine.start


def start(plan, context, *more):
    defect = context.input.get("defect") if isinstance(context.input, dict) else None
    broken = os.path.exists(os.path.join(os.path.dirname(__file__), "broken"))
    if broken and defect == "raises":
        raise RuntimeError("the machine has a defect")
    if broken and defect == "blocks":
        time.sleep(4)
    state, commands = _start(plan, context, *more)
    return state, [] if broken and defect == "forgets" else commands


machine.start = start
'''


class Defect:
    """What is wrong with the machine, until it is mended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(DEFECT)
        self._file = folder / "broken"

    def appears(self) -> None:
        self._file.touch()

    def is_mended(self) -> None:
        self._file.unlink()


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with running_ledger() as ledger:
        yield ledger


@pytest.fixture
def defect(tmp_path: Path) -> Defect:
    return Defect(tmp_path / "defect")


@pytest.fixture
def product(tmp_path: Path, defect: Defect) -> Iterator[RunningProduct]:
    home = tmp_path / "home"
    home.mkdir()
    path = os.pathsep.join([str(defect.folder), os.environ.get("PYTHONPATH", "")])
    with running_product(home, PYTHONPATH=path) as product:
        yield product


def called(ledger: Ledger) -> dict[str, Any]:
    url = f"{ledger.url}?key={{{{ input.key }}}}"
    nodes = [{"id": "call", "type": "core.http_request@1", "config": {"method": "GET", "url": url}}]
    return {"nodes": nodes, "edges": [], "output": {"ok": "{{ nodes.call.body.ok }}"}}


def is_stalled(product: RunningProduct, run_id: str) -> bool:
    run = product.run(run_id)
    assert run["status"] in ("queued", "running"), run
    return bool(run["attention"] == "stalled")


def seconds_of(product: RunningProduct, workflow_id: str, count: int = RUNS) -> list[float]:
    taken = []
    for number in range(count):
        began = time.perf_counter()
        assert product.start_run(workflow_id, {"key": f"other{number}"}, wait=30)["status"] == "succeeded"
        taken.append(time.perf_counter() - began)
    return taken


def test_a_defect_stalls_its_run_with_the_reason_until_it_is_mended_and_no_other(
    product: RunningProduct, ledger: Ledger, defect: Defect
) -> None:
    workflow_id = product.published(called(ledger))
    seconds_of(product, workflow_id, 5)
    quiet = seconds_of(product, workflow_id)
    defect.appears()
    began = time.monotonic()
    reasons = {"raises": "the machine has a defect", "blocks": "deadlock"}
    runs = {name: product.start_run(workflow_id, {"key": name, "defect": name})["id"] for name in reasons}
    beside = seconds_of(product, workflow_id)
    for name, run_id in runs.items():
        product.until(lambda run_id=run_id: is_stalled(product, run_id), f"{name} is shown as stalled", WITHIN + 5)  # type: ignore[misc]
        assert reasons[name] in product.run(run_id)["attention_reason"].lower()
    assert time.monotonic() - began <= WITHIN
    assert statistics.median(beside) <= 2 * statistics.median(quiet), (quiet, beside)
    listed = {run["id"]: run["attention"] for run in product.http.get("/runs").json()["items"]}
    assert {listed[run_id] for run_id in runs.values()} == {"stalled"}
    defect.is_mended()
    for name, run_id in runs.items():
        ended = product.ended(run_id)
        assert (ended["status"], ended["attention"], ended["attention_reason"]) == ("succeeded", None, None)
        assert len(ledger.calls[name]) == 1


def test_a_history_that_can_not_be_replayed_stalls_its_run_and_nothing_is_done_twice(
    product: RunningProduct, ledger: Ledger, defect: Defect
) -> None:
    workflow_id = product.published(called(ledger))
    ledger.hold("forgets")
    run = product.start_run(workflow_id, {"key": "forgets", "defect": "forgets"})
    ledger.wait_for("forgets")
    defect.appears()
    # A worker that does not remember the run has to replay it, with another machine than the one that began it.
    product.kill("worker")
    ledger.arrived["forgets"].clear()
    ledger.let_go("forgets")
    product.until(lambda: is_stalled(product, run["id"]), "the run is shown as stalled", WITHIN + 30)
    assert "determinis" in product.run(run["id"])["attention_reason"].lower()
    defect.is_mended()
    ended = product.ended(run["id"])
    assert (ended["status"], ended["attention"]) == ("succeeded", None)
    assert len(ledger.calls["forgets"]) <= 2, "once by the dead worker, once by the next"
