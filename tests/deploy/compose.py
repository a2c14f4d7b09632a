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

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: fill(one) for key, one in value.items()}
        if isinstance(value, list):
            return [fill(one) for one in value]
        return _VARIABLE.sub(value_of, value) if isinstance(value, str) else value

    # Read first, then filled in, as engines do it: an empty variable is an empty text and not nothing.
    read: dict[str, Any] = fill(yaml.safe_load(FILE.read_text()))
    return read


SECRETS = {
    "POSTGRES_PASSWORD": "p" * 24,
    "HOLDFAST_ENCRYPTION_KEYS": "k1:" + "A" * 43 + "=",
    "HOLDFAST_WORKER_TOKEN": "w" * 32,
    "HOLDFAST_BOOTSTRAP_API_KEY": "b" * 40,
}
