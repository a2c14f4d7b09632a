"""What the routes work with: built in the app's lifespan and passed, never a global."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from activities.kit.keys import KeyRing
from activities.kit.large_values import LargeValues
from activities.kit.payload_storage import PayloadStorage
from api.engine.engine import Engine
from api.engine.published import PublishedVersions
from api.kit.key_door import KeyDoor
from api.settings import ApiSettings
from api.store.database import Database
from api.store.vault import Vault
from interpreter.catalog import Catalog


@dataclass(frozen=True)
class Services:
    settings: ApiSettings
    database: Database
    catalog: Catalog
    vault: Vault
    ring: KeyRing
    engine: Engine
    keys: KeyDoor
    published: PublishedVersions
    storage: PayloadStorage
    values: LargeValues


def services_of(connection: HTTPConnection) -> Services:
    services: Services = connection.app.state.services
    return services


Given = Annotated[Services, Depends(services_of)]
"""A route's way to the services."""
