"""Sets everything up that is not set up yet, then does what `make` was asked for.

Kept to the syntax of old Pythons, since it runs before a new enough one is found.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

from scripts import lock, python_environment, web_build
from scripts.progress import ROOT, SetupFailed, say

_PR_SET_PDEATHSIG = 1
_NEED_WEB = ("web", "up", "test", "bench", "faults")
_CHECKS = ("test", "lint", "fix", "bench", "histories", "openapi", "faults")


def main(arguments: list[str]) -> int:
    try:
        python = python_environment.find_python()
        if python != sys.executable:
            os.execv(python, [python, "-m", "scripts.setup", *arguments])
        return _after_python(arguments)
    except SetupFailed as failure:
        say(f"\n{failure.message}\n\n{failure.hint}")
        return 1
    except KeyboardInterrupt:
        return 130


def _after_python(arguments: list[str]) -> int:
    wanted = arguments[0] if arguments else "environment"
    python_environment.ensure()
    if wanted == "lock":
        lock.write_locks()
    if wanted in _NEED_WEB:
        web_build.ensure_built()
    if wanted == "up":
        _become("holdfast", "up")
    if wanted in _CHECKS:
        _become("python", "-m", "scripts.check", wanted)
    return 0


def _become(program: str, *arguments: str) -> None:
    """Replace this process, so that signals reach the program itself."""
    _end_with_make()
    path = str(python_environment.BIN / program)
    os.chdir(str(ROOT))
    os.execv(path, [path, *arguments])


def _end_with_make() -> None:
    # A killed `make` would leave the product running with nobody to stop it; on Linux the kernel tells us.
    if "MAKELEVEL" in os.environ and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
