"""What both sides of Temporal read from the environment; every name stands in the contract."""

import os
import secrets
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_TOKEN_BYTES = 32


class KitSettings(BaseSettings):
    """Settings shared by the API, the workers and the command line."""

    # The prefix is for the fields' own names only, which pydantic would read from the environment too: HOME, PORT, URL.
    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, populate_by_name=True, env_ignore_empty=True, env_prefix="HOLDFAST_FIELD_"
    )

    temporal_address: str = Field("127.0.0.1:7233", validation_alias="TEMPORAL_ADDRESS")
    temporal_namespace: str = Field("default", validation_alias="TEMPORAL_NAMESPACE")
    temporal_api_key: SecretStr | None = Field(None, validation_alias="TEMPORAL_API_KEY")
    temporal_tls_cert: Path | None = Field(None, validation_alias="TEMPORAL_TLS_CERT")
    temporal_tls_key: Path | None = Field(None, validation_alias="TEMPORAL_TLS_KEY")
    home: Path = Field(Path("~/.holdfast"), validation_alias="HOLDFAST_HOME")
    encryption_keys: SecretStr | None = Field(None, validation_alias="HOLDFAST_ENCRYPTION_KEYS")
    payloads_location: str = Field("", validation_alias="HOLDFAST_PAYLOADS")
    max_value_mb: int = Field(64, ge=1, le=1024, validation_alias="HOLDFAST_MAX_VALUE_MB")
    egress_allow_text: str = Field("", validation_alias="HOLDFAST_EGRESS_ALLOW")
    worker_token_text: SecretStr | None = Field(None, validation_alias="HOLDFAST_WORKER_TOKEN")
    api_url_text: str = Field("", validation_alias="HOLDFAST_API_URL")
    api_port: int = Field(8700, validation_alias="HOLDFAST_PORT")

    def model_post_init(self, _: object) -> None:
        object.__setattr__(self, "home", self.home.expanduser().absolute())

    @property
    def payloads(self) -> str:
        """Where large and binary values are kept: `file:<folder>`."""
        return self.payloads_location or f"file:{self.home / 'payloads'}"

    @property
    def max_value_bytes(self) -> int:
        """The most that one output may take, as JSON."""
        return self.max_value_mb * 1024 * 1024

    @property
    def egress_allow(self) -> tuple[str, ...]:
        """The CIDRs that outbound calls may reach although they are private."""
        return tuple(part.strip() for part in self.egress_allow_text.split(",") if part.strip())

    @property
    def api_url(self) -> str:
        """Where workers reach the API."""
        return self.api_url_text or f"http://127.0.0.1:{self.api_port}"

    @property
    def worker_token(self) -> str:
        """The secret that workers show to the API; made on first use when none is set."""
        if self.worker_token_text is not None:
            return self.worker_token_text.get_secret_value()
        return kept_secret(self.home / "worker-token", secrets.token_urlsafe(_TOKEN_BYTES))


def kept_secret(path: Path, fresh: str) -> str:
    """The text in a file that only the owner can read; written with `fresh` when it does not exist.

    Two processes that start at once get the same one: the first to link its file wins.
    """
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mine = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(fresh)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(mine, path)
    except FileExistsError:
        pass
    finally:
        mine.unlink()
    return path.read_text().strip()
