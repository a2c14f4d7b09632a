"""How long runs are kept: of the installation, narrowed by the workspace, narrowed by the workflow."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from interpreter.json_value import JsonObject

LONGEST_DAYS = 36_500


class RetentionBody(BaseModel):
    """What is set here; a field that is left out is taken from the next wider one, null is without end."""

    model_config = ConfigDict(extra="forbid")

    days: int | None = Field(None, ge=1, le=LONGEST_DAYS, strict=True, description="Of runs that succeeded or were cancelled")
    failed_days: int | None = Field(None, ge=1, le=LONGEST_DAYS, strict=True, description="Of runs that failed or timed out")
    megabytes: int | None = Field(None, ge=1, le=10_000_000, strict=True, description="Of each workflow's runs together")

    def told(self) -> JsonObject:
        return {name: getattr(self, name) for name in sorted(self.model_fields_set)}


@dataclass(frozen=True, slots=True)
class Retention:
    """What holds for a workflow; None: without end."""

    days: int | None = None
    failed_days: int | None = None
    megabytes: int | None = None

    def narrowed(self, told: JsonObject) -> "Retention":
        """With what is set for less."""
        return Retention(
            told.get("days", self.days), told.get("failed_days", self.failed_days), told.get("megabytes", self.megabytes)
        )
