"""F08: Postgres is restarted again and again under load; nothing acknowledged is lost, and the pools recover."""

import random
import time
from pathlib import Path

import pytest

from tests.faults.judging import Judge
from tests.faults.postgres_server import running_postgres
from tests.faults.scale import SCALE
from tests.faults.shapes import SHAPES
from tests.faults.test_random_kills import SEED, STUCK_SECONDS, acknowledged
from tests.ledger import running_ledger
from tests.running_product import running_product

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(1_800)]


def test_runs_outlive_restarts_of_postgres(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    with running_postgres() as postgres, running_ledger() as ledger, running_product(tmp_path, DATABASE_URL=postgres.uri) as product:
        judge = Judge(product, ledger)
        workflows = [(shape, product.published(shape.definition)) for shape in (make(ledger) for make in SHAPES)]
        for turn in range(2 * SCALE.restarts):
            for number in range(5):
                shape, workflow_id = rng.choice(workflows)
                judge.acknowledged[acknowledged(product, workflow_id, f"f08-{turn}-{number}")] = shape
            time.sleep(rng.random())
            postgres.restart(pause=2 * rng.random())
        product.until(product._is_ready, "the product is ready again", STUCK_SECONDS)
        judge.judge(STUCK_SECONDS)
