"""Reads docker-compose.yml as an engine would: anchors resolved, variables filled in, required ones refused."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?:(?P<kind>:\?|:-)(?P<rest>[^}]*))?\}")


class MissingVariable(Exception):
    """A required variable is not set."""


def filled(environment: Mapping[str, str]) -> dict[str, Any]:
    def value_of(found: re.Match[str]) -> str:
        given = environment.get(found["name"], "")
        if given or found["kind"] is None:
            return given
        if found["kind"] == ":?":
            raise MissingVariable(found["name"])
        return found["rest"]

    read: dict[str, Any] = yaml.safe_load(_VARIABLE.sub(value_of, _without_comments(FILE.read_text())))
    return read


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


SECRETS = {
    "POSTGRES_PASSWORD": "p" * 24,
    "HOLDFAST_ENCRYPTION_KEYS": "k1:" + "A" * 43 + "=",
    "HOLDFAST_WORKER_TOKEN": "w" * 32,
    "HOLDFAST_BOOTSTRAP_API_KEY": "b" * 40,
}
