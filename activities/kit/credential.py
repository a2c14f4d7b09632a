"""A credential as a node gets it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credential:
    """A leased credential. Its fields never leave the activity, and never show in a text."""

    name: str
    kind: str
    fields: dict[str, str] = field(repr=False)
    hosts: tuple[str, ...] | None = None
    """The only hosts it may be sent to; None: any."""
