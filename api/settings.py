"""What the API reads from the environment."""

from pydantic import Field, SecretStr, field_validator

from activities.kit.settings import KitSettings

SHORTEST_KEY = 32


class ApiSettings(KitSettings):
    """`holdfast api` and `holdfast migrate`."""

    database_url_text: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    host: str = Field("127.0.0.1", validation_alias="HOLDFAST_HOST")
    port: int = Field(8700, ge=1, le=65535, validation_alias="HOLDFAST_PORT")
    public_url_text: str = Field("", validation_alias="HOLDFAST_PUBLIC_URL")
    bootstrap_api_key: SecretStr | None = Field(None, validation_alias="HOLDFAST_BOOTSTRAP_API_KEY")
    temporal_ui: str = Field("", validation_alias="HOLDFAST_TEMPORAL_UI")
    max_runs: int = Field(10_000, ge=1, le=1_000_000, validation_alias="HOLDFAST_MAX_RUNS")
    """How many runs may be in flight at a time; the others wait."""
    retention_days: int | None = Field(90, ge=1, le=36_500, validation_alias="HOLDFAST_RETENTION_DAYS")
    retention_failed_days: int | None = Field(365, ge=1, le=36_500, validation_alias="HOLDFAST_RETENTION_FAILED_DAYS")

    @field_validator("bootstrap_api_key")
    @classmethod
    def _long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"HOLDFAST_BOOTSTRAP_API_KEY must have at least {SHORTEST_KEY} characters")
        return key

    @property
    def database_url(self) -> str:
        """Any form that people write; SQLite under the home by default."""
        if self.database_url_text is None:
            return f"sqlite:///{self.home / 'holdfast.db'}"
        return self.database_url_text.get_secret_value()

    @property
    def public_url(self) -> str:
        return self.public_url_text or f"http://{self.host}:{self.port}"
