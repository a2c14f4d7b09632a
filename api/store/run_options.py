"""How a run is carried out, beside what it runs: kept with its row, so that whoever starts it starts it so."""

from dataclasses import dataclass, field

from interpreter.json_value import Json, JsonObject


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the one who starts a run may ask of its execution."""

    mocks: JsonObject = field(default_factory=dict)
    """What stands for the attempts of nodes, by node id or instance key."""
    dry_run: bool = False
    """Its node activities go to workers that hold only stubs."""
    stop_after: str | None = None
    """The id of the node after which it stops."""
    quiet: bool = False
    """Its failure starts no error workflow: it is one itself, or was started by one, or only tries something out."""
    rerun: JsonObject | None = None
    """Of a rerun, how it repeats its parent: `RerunOptions` as JSON."""

    def to_json(self) -> JsonObject:
        """Only what differs from a plain run."""
        told: JsonObject = {}
        if self.mocks:
            told["mocks"] = self.mocks
        if self.dry_run:
            told["dry_run"] = True
        if self.stop_after is not None:
            told["stop_after"] = self.stop_after
        if self.quiet:
            told["quiet"] = True
        if self.rerun is not None:
            told["rerun"] = self.rerun
        return told

    @classmethod
    def of(cls, told: Json) -> "RunOptions":
        """The options that `to_json` gave."""
        return cls(
            told.get("mocks", {}),
            told.get("dry_run", False),
            told.get("stop_after"),
            told.get("quiet", False),
            told.get("rerun"),
        )
