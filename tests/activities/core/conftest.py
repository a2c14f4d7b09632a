"""The http_request node, ready to be called."""

from pathlib import Path

import pytest

from activities.kit.egress import EgressClient
from tests.activities.core.calling import Caller


@pytest.fixture
def call(egress: EgressClient, tmp_path: Path) -> Caller:
    return Caller(egress, tmp_path)
