"""Everything that this room reads from the environment, and what it hands on to its children."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, SecretStr

from activities.kit.settings import KitSettings

_PRODUCT_PREFIXES = ("HOLDFAST_", "TEMPORAL_", "AWS_")
_PRODUCT_NAMES = frozenset({"DATABASE_URL", "REDIS_URL"})
# Node workers may run in a customer's own account: they reach records through the API only.
_NOT_FOR_WORKERS = frozenset({"DATABASE_URL", "REDIS_URL", "HOLDFAST_BOOTSTRAP_API_KEY", "HOLDFAST_API_KEY"})
_NOT_FOR_API = frozenset({"HOLDFAST_API_KEY"})
# Compiling all modules anew costs every start two seconds.
_SLOW_STARTS = frozenset({"PYTHONDONTWRITEBYTECODE"})


class WorkerSettings(KitSettings):
    """`holdfast worker`."""

    max_cached_workflows: int = Field(1000, ge=0, validation_alias="HOLDFAST_MAX_CACHED_WORKFLOWS")
    max_workflow_tasks: int = Field(100, ge=2, validation_alias="HOLDFAST_MAX_WORKFLOW_TASKS")
    max_activities: int = Field(200, ge=1, validation_alias="HOLDFAST_MAX_ACTIVITIES")
    eager_activities: int = Field(3, ge=0, validation_alias="HOLDFAST_EAGER_ACTIVITIES")
    # With the SDK's default of 0 a SIGTERM would cancel every activity at once.
    graceful_shutdown_seconds: float = Field(30, ge=0, validation_alias="HOLDFAST_GRACEFUL_SHUTDOWN_SECONDS")


class UpSettings(KitSettings):
    """`holdfast up` and `holdfast doctor`."""

    external_temporal: str = Field("", validation_alias="TEMPORAL_ADDRESS")
    temporal_ui: str = Field("", validation_alias="HOLDFAST_TEMPORAL_UI")
    temporal_bin: Path | None = Field(None, validation_alias="HOLDFAST_TEMPORAL_BIN")
    host: str = Field("127.0.0.1", validation_alias="HOLDFAST_HOST")
    port: int = Field(8700, ge=1, le=65535, validation_alias="HOLDFAST_PORT")
    public_url: str = Field("", validation_alias="HOLDFAST_PUBLIC_URL")
    bootstrap_api_key: SecretStr | None = Field(None, validation_alias="HOLDFAST_BOOTSTRAP_API_KEY")
    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")

    @property
    def local_url(self) -> str:
        """Where this machine reaches the API, also when it listens on all addresses."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def child_environment(self, name: str, extra: Mapping[str, str]) -> dict[str, str]:
        hidden = (_NOT_FOR_WORKERS if name == "worker" else _NOT_FOR_API) | _SLOW_STARTS
        own = {
            "HOLDFAST_HOME": str(self.home),
            "HOLDFAST_HOST": self.host,
            "HOLDFAST_PORT": str(self.port),
            "HOLDFAST_API_URL": self.local_url,
            # The log of a child that is killed must hold its last words.
            "PYTHONUNBUFFERED": "1",
        }
        return {key: value for key, value in _environment().items() if key not in hidden} | own | dict(extra)

    def tool_environment(self) -> dict[str, str]:
        """For Temporal and the tools that fetch it: nothing of the product's, so that no secret gets there."""
        return {
            key: value
            for key, value in _environment().items()
            if not key.startswith(_PRODUCT_PREFIXES) and key not in _PRODUCT_NAMES
        }


class ClientSettings(KitSettings):
    """Commands that speak HTTP with a running product."""

    url: str = Field("", validation_alias="HOLDFAST_URL")
    api_key: SecretStr | None = Field(None, validation_alias="HOLDFAST_API_KEY")
    bootstrap_api_key: SecretStr | None = Field(None, validation_alias="HOLDFAST_BOOTSTRAP_API_KEY")

    @property
    def base_url(self) -> str:
        return (self.url or self.api_url).rstrip("/")

    @property
    def key(self) -> str | None:
        chosen = self.api_key or self.bootstrap_api_key
        return chosen.get_secret_value() if chosen else None


def _environment() -> dict[str, str]:
    return dict(os.environ)  # noqa: TID251  this is the settings file of the room
