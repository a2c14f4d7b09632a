"""F18: many runs of five nodes at once; all of them end, and the API answers meanwhile."""

import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.faults.judging import Judge
from tests.faults.scale import SCALE
from tests.faults.shapes import chain
from tests.ledger import running_ledger
from tests.running_product import RunningProduct, running_product

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(1_800)]
P95_SECONDS = 0.5
MOST_MEGABYTES = 1_500
"""Of one process."""


class Visitor(threading.Thread):
    """Looks at the list of runs all the time, as a page would."""

    def __init__(self, product: RunningProduct) -> None:
        super().__init__(daemon=True)
        self.http = httpx.Client(base_url=product.http.base_url, headers=product.http.headers, timeout=60)
        self.seconds: list[float] = []
        self.failed: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.1):
            begun = time.monotonic()
            answer = self.http.get("/runs")
            self.seconds.append(time.monotonic() - begun)
            if answer.status_code >= 500:
                self.failed.append(answer.text)

    def p95(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)]


def test_all_of_many_runs_end_while_the_api_answers(tmp_path: Path) -> None:
    with running_ledger() as ledger, running_product(tmp_path) as product:
        shape = chain(ledger)
        workflow_id = product.published(shape.definition)
        judge, visitor = Judge(product, ledger), Visitor(product)
        visitor.start()
        for _ in range(SCALE.concurrent):
            judge.acknowledged[product.start_run(workflow_id)["id"]] = shape
        product.until(lambda: not product.http.get("/runs", params={"status": "queued,running"}).json()["items"], "all have ended", 900)
        memory = {name: megabytes(pid) for name, pid in product.children().items()}
        visitor.over.set()
        visitor.join(60)
        judge.judge(60)
    assert visitor.failed == []
    assert visitor.p95() <= 2 * P95_SECONDS, f"p95 {visitor.p95():.3f} s of {len(visitor.seconds)}"
    assert max(memory.values()) < MOST_MEGABYTES, memory


def megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
