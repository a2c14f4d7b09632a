"""A product and a ledger for the fault tests: fresh ones for those that break the product, one of each for the others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger import Ledger, running_ledger
from tests.running_product import RunningProduct, running_product


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with running_ledger() as ledger:
        yield ledger


@pytest.fixture
def product(tmp_path: Path) -> Iterator[RunningProduct]:
    with running_product(tmp_path) as product:
        yield product


@pytest.fixture(scope="module")
def calm_ledger() -> Iterator[Ledger]:
    with running_ledger() as ledger:
        yield ledger


@pytest.fixture(scope="module")
def calm_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    with running_product(tmp_path_factory.mktemp("calm")) as product:
        yield product
