"""The API's fixtures, for attacks on it."""

from tests.api.conftest import api, postgres_template, postgres_url, settings, sqlite_template

__all__ = ["api", "postgres_template", "postgres_url", "settings", "sqlite_template"]
