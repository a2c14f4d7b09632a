"""The pages in a real browser, against the running product: `npm run e2e` on the system's Chromium."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def test_the_pages_work_in_a_real_browser(product: RunningProduct, ledger: Ledger) -> None:
    assert CHROMIUM is not None, "there is no Chromium: install it (Debian: apt-get install chromium)"
    ledger.delay = 1.5
    beside = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}",
        "HOLDFAST_URL": f"http://127.0.0.1:{product.port}",
        "HOLDFAST_API_KEY": product.key,
        "HOLDFAST_CHROMIUM": CHROMIUM,
        "HOLDFAST_E2E_SLOW_SERVICE": f"{ledger.url}?key=browser",
    }
    try:
        done = subprocess.run(
            ["npm", "run", "e2e", "--", "--reporter=line"],
            cwd=ROOT / "web",
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        ledger.delay = 0.0
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
