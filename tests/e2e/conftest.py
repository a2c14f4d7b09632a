"""One running product for all end-to-end tests."""

from collections.abc import Iterator

import pytest

from tests.ledger import Ledger, running_ledger
from tests.running_product import RunningProduct, running_product


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    with running_product(tmp_path_factory.mktemp("product")) as product:
        yield product


@pytest.fixture(scope="session")
def ledger() -> Iterator[Ledger]:
    with running_ledger() as ledger:
        yield ledger
