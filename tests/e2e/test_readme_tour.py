"""The block that a reader pastes from the README does what the README says."""

import json
import re
import subprocess

import pytest

from tests.house.tree import ROOT
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine


def test_the_pasteable_block_creates_publishes_and_runs_a_workflow(product: RunningProduct) -> None:
    [block] = [one for one in re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.S) if "curl" in one]
    assert block.count("curl ") == 3
    script = block.replace("http://127.0.0.1:8700", f"http://127.0.0.1:{product.port}")
    environment = {**product.environment, "HOLDFAST_BOOTSTRAP_API_KEY": product.key}
    done = subprocess.run(["bash", "-euc", script], env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout.strip().splitlines()[-1])
    assert (run["status"], run["output"]) == ("succeeded", {"yes": {"text": "A big order: 250"}})
    statuses = {row["node_id"]: row["status"] for row in product.nodes(run["id"])}
    assert statuses == {"big": "succeeded", "yes": "succeeded", "no": "skipped"}
