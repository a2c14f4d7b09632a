"""Which server a Temporal executable carries, and which server wrote a file."""

import json
import re
from dataclasses import asdict, dataclass
from functools import total_ordering
from pathlib import Path

_SERVER = re.compile(r"\bServer (\d+)\.(\d+)\.(\d+)")


@total_ordering
@dataclass(frozen=True, slots=True)
class ServerVersion:
    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def __lt__(self, other: "ServerVersion") -> bool:
        return (self.major, self.minor, self.patch) < (other.major, other.minor, other.patch)

    @property
    def release(self) -> tuple[int, int]:
        return self.major, self.minor

    @classmethod
    def of(cls, text: str) -> "ServerVersion | None":
        parts = text.split(".")
        if len(parts) != 3 or not all(part.isdigit() for part in parts):
            return None
        return cls(*(int(part) for part in parts))


# Summaries of activities and update-with-start came with this one.
OLDEST_SERVER = ServerVersion(1, 26, 0)
# Servers in this range let one namespace reach into another (CVE-2026-5199).
_CROSS_NAMESPACE = (
    (ServerVersion(1, 29, 0), ServerVersion(1, 29, 4)),
    (ServerVersion(1, 30, 0), ServerVersion(1, 30, 2)),
)


def parse_server_version(output: str) -> ServerVersion | None:
    """Read `temporal --version`, e.g. `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)`."""
    found = _SERVER.search(output)
    return ServerVersion(*(int(part) for part in found.groups())) if found else None


def loopback_only(version: ServerVersion) -> bool:
    return any(first <= version <= last for first, last in _CROSS_NAMESPACE)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What is noted beside the database file: the server that wrote it and the fingerprint of its tables."""

    server: str
    tables: str

    def save(self, path: Path) -> None:
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(self)) + "\n")
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> "FileRecord | None":
        try:
            noted = json.loads(path.read_text())
            return cls(str(noted["server"]), str(noted["tables"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
