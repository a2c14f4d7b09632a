"""The engine's fixtures, for recording."""

from tests.engine.conftest import engine, engine_client, shared_engine

__all__ = ["engine", "engine_client", "shared_engine"]
