"""F01, F04 to F06, F30: kills at random moments, while runs of every shape begin; nothing acknowledged is lost.

The number of the case is printed when it fails, so that it can be repeated.
"""

import random
import time
from pathlib import Path

import httpx
import pytest

from tests.faults.judging import Judge
from tests.faults.scale import SCALE
from tests.faults.shapes import SHAPES
from tests.ledger import running_ledger
from tests.running_product import RunningProduct, running_product

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(3_600)]
SEED = 20_261_124
STUCK_SECONDS = 120
READY_SECONDS = 20


def test_kills_at_random_moments_lose_and_repeat_nothing(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    with running_ledger() as ledger, running_product(tmp_path) as product:
        judge = Judge(product, ledger)
        shapes = [make(ledger) for make in SHAPES]
        workflows = [(shape, product.published(shape.definition)) for shape in shapes]
        kills = {rng.randrange(SCALE.runs) for _ in range(3 * SCALE.kills)}
        killed: list[str] = []
        for number in range(SCALE.runs):
            shape, workflow_id = rng.choice(workflows)
            judge.acknowledged[acknowledged(product, workflow_id, f"{SEED}-{number}")] = shape
            while len(killed) < SCALE.kills and number in kills:
                killed.append(kill(product, rng))
                time.sleep(rng.random())
                if len(killed) * SCALE.runs > (number + 1) * SCALE.kills:
                    break
        assert len(killed) == SCALE.kills, f"{SEED}: only {len(killed)} kills"
        product.until(product._is_ready, "the product is ready again", STUCK_SECONDS)
        judge.judge(STUCK_SECONDS)
        assert {row["attempt"] for run_id in judge.acknowledged for row in product.nodes(run_id)} != {1}, "no kill met a node"


def kill(product: RunningProduct, rng: random.Random) -> str:
    """Kills one process, or all; those of a living supervisor come back by themselves."""
    victim = rng.choice(("worker", "worker", "api", "temporal", "everything"))
    if victim == "everything":
        product.kill_everything()
        assert product.start() <= 2 * READY_SECONDS, f"{SEED}: not ready in time"
        return victim
    deadline = time.monotonic() + STUCK_SECONDS
    while victim not in product.children():
        assert time.monotonic() < deadline, f"{SEED}: the {victim} does not come back"
        time.sleep(0.1)
    product.kill(victim)
    return victim


def acknowledged(product: RunningProduct, workflow_id: str, key: str) -> str:
    """The id of a run that a patient client has started: it repeats with the same key until it is answered."""
    deadline = time.monotonic() + STUCK_SECONDS
    while time.monotonic() < deadline:
        try:
            answer = product.http.post(
                f"/workflows/{workflow_id}/runs", json={"input": {}}, headers={"Idempotency-Key": key}, timeout=15
            )
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        if answer.is_success:
            run_id: str = answer.json()["id"]
            return run_id
        assert answer.status_code == 503, answer.text
        time.sleep(0.2)
    raise AssertionError(f"{key} was never answered")
