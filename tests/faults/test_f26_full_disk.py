"""F26: the disk of everything is full for a while; nothing acknowledged is lost, and it goes on when there is space."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.judging import Judge
from tests.faults.shapes import SHAPES, waited
from tests.faults.test_random_kills import STUCK_SECONDS, acknowledged
from tests.ledger import running_ledger
from tests.running_product import running_product

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(600)]
SIZE = "200m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"a small disk needs the right to mount one: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    assert os.statvfs(disk).f_bavail == 0
    return filler


def test_a_full_disk_is_said_and_outlived(small_disk: Path) -> None:
    home = small_disk / "home"
    home.mkdir()
    with running_ledger() as ledger, running_product(home) as product:
        judge = Judge(product, ledger)
        shapes = [(shape, product.published(shape.definition)) for shape in (make(ledger) for make in SHAPES)]
        slow = waited(ledger)
        slow_id = product.published(slow.definition)
        for number in range(4):
            judge.acknowledged[acknowledged(product, slow_id, f"before-{number}")] = slow
        filler = fill(small_disk)
        large = {"input": {"text": "y" * 400_000}}
        answers = [product.http.post(f"/workflows/{slow_id}/runs", json=large, headers={"Idempotency-Key": f"full-{n}"}, timeout=30) for n in range(3)]
        assert {answer.status_code for answer in answers} == {507}, [answer.text for answer in answers]
        assert answers[0].json()["code"] == "storage_full" and "space" in answers[0].json()["hint"]
        assert product.http.get("/runs").status_code == 200, "what is recorded is shown"
        filler.unlink()
        for number, (shape, workflow_id) in enumerate(shapes):
            judge.acknowledged[acknowledged(product, workflow_id, f"after-{number}")] = shape
        product.until(product._is_ready, "the product is ready again", STUCK_SECONDS)
        judge.judge(STUCK_SECONDS)
        assert len(product.http.get("/runs", params={"limit": 200}).json()["items"]) == len(judge.acknowledged), "what was refused is not there"
