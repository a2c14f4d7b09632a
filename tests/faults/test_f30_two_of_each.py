"""F30: two API and two worker processes on Postgres, killed at random while runs of every shape begin at both."""

import random
import time
from pathlib import Path

import httpx
import pytest

from tests.faults.judging import Judge
from tests.faults.postgres_server import running_postgres
from tests.faults.scale import SCALE
from tests.faults.second_processes import SecondProcesses, second_processes
from tests.faults.shapes import SHAPES
from tests.faults.test_random_kills import SEED, STUCK_SECONDS
from tests.ledger import running_ledger
from tests.running_product import RunningProduct, running_product

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(3_600)]


def test_kills_among_two_of_each_lose_and_repeat_nothing(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    with (
        running_postgres() as postgres,
        running_ledger() as ledger,
        running_product(tmp_path, DATABASE_URL=postgres.uri) as product,
        second_processes(product) as second,
    ):
        judge = Judge(product, ledger)
        workflows = [(shape, product.published(shape.definition)) for shape in (make(ledger) for make in SHAPES)]
        for number in range(SCALE.runs):
            if number % max(1, SCALE.runs // SCALE.kills) == 0:
                kill_one(product, second, rng)
            shape, workflow_id = rng.choice(workflows)
            judge.acknowledged[acknowledged_by_one(product, second, workflow_id, f"f30-{number}", rng)] = shape
        product.until(product._is_ready, "the product is ready again", STUCK_SECONDS)
        judge.judge(STUCK_SECONDS)


def kill_one(product: RunningProduct, second: SecondProcesses, rng: random.Random) -> None:
    name = rng.choice(("api", "worker"))
    if rng.random() < 0.5 or name not in product.children():
        second.kill(name)
    else:
        product.kill(name)


def acknowledged_by_one(product: RunningProduct, second: SecondProcesses, workflow_id: str, key: str, rng: random.Random) -> str:
    """The id of a run that a client has started at whichever API answers."""
    deadline = time.monotonic() + STUCK_SECONDS
    while time.monotonic() < deadline:
        http = rng.choice((product.http, second.http))
        try:
            answer = http.post(f"/workflows/{workflow_id}/runs", json={"input": {}}, headers={"Idempotency-Key": key}, timeout=15)
        except httpx.TransportError:
            time.sleep(0.1)
            continue
        if answer.is_success:
            run_id: str = answer.json()["id"]
            return run_id
        assert answer.status_code == 503, f"{SEED}: {answer.text}"
        time.sleep(0.1)
    raise AssertionError(f"{SEED}: {key} was never answered")
