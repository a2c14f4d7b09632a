"""F05: Temporal is killed and comes back on the same file, again and again, under load; timers fire once."""

import sqlite3
import time
from pathlib import Path

import pytest

from tests.faults.judging import Judge
from tests.faults.scale import SCALE
from tests.faults.shapes import chain, waited
from tests.faults.test_random_kills import STUCK_SECONDS, acknowledged
from tests.ledger import running_ledger
from tests.running_product import running_product

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(1_800)]


def test_runs_and_timers_outlive_restarts_of_temporal_and_its_file_is_whole(tmp_path: Path) -> None:
    with running_ledger() as ledger, running_product(tmp_path) as product:
        judge = Judge(product, ledger)
        shapes = [(shape, product.published(shape.definition)) for shape in (chain(ledger), waited(ledger))]
        for turn in range(SCALE.restarts):
            for number in range(6):
                shape, workflow_id = shapes[number % 2]
                judge.acknowledged[acknowledged(product, workflow_id, f"f05-{turn}-{number}")] = shape
            product.kill("temporal")
            time.sleep(0.5)
            answer = product.http.get("/runs")
            assert answer.status_code == 200, "what is recorded is shown without Temporal"
        judge.judge(STUCK_SECONDS)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"]
    assert len(files) >= 2
    for path in files:
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), path
