"""One product and one ledger for the fault tests that leave both as they were."""

from collections.abc import Iterator

import pytest

from tests.ledger import Ledger, running_ledger
from tests.running_product import RunningProduct, running_product


@pytest.fixture(scope="session")
def calm_ledger() -> Iterator[Ledger]:
    with running_ledger() as ledger:
        yield ledger


@pytest.fixture(scope="session")
def calm_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    with running_product(tmp_path_factory.mktemp("calm")) as product:
        yield product
