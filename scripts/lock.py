"""Writes the lock files from pyproject.toml: for work on the project, and for building and running the container image."""

from __future__ import annotations

from scripts.progress import run
from scripts.python_environment import BIN

_HINT = "Check the connection, and whether the bounds in pyproject.toml can be met together."
_COMMON = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header")


def write_locks() -> None:
    compile_command = [str(BIN / "uv"), "pip", "compile", "--quiet", *_COMMON]
    product = ["pyproject.toml", "--extra", "postgres"]
    # The image gets the versions that were tested.
    tested = ["--constraint", "requirements.lock"]
    for output, sources in (
        ("requirements.lock", [*product, "--group", "dev"]),
        ("deploy/requirements.lock", [*product, *tested]),
        ("deploy/build.lock", ["--group", "build", *tested]),
    ):
        run(f"Locking {output}", [*compile_command, *sources, "-o", output], _HINT, network=True)
