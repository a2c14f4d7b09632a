"""Runs one command of the set-up: says what it does, shows that time passes, and what to do when it fails.

Kept to the syntax of old Pythons, since it runs before a new enough one is found.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools"
LOG = TOOLS / "setup.log"

_PATIENCE = 2.0
_PLAIN_TICK = 15.0
_SPINNER = "|/-\\"
_PAUSES = (2.0, 5.0)


class SetupFailed(Exception):
    """What went wrong, and what to do about it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def say(text: str) -> None:
    print(text, flush=True)


def run(
    what: str,
    command: list[str],
    hint: str,
    *,
    cwd: Path = ROOT,
    env: dict[str, str] | None = None,
    network: bool = False,
) -> None:
    """Run to the end; a command that needs the network is tried a few times."""
    TOOLS.mkdir(exist_ok=True)
    say(f"{what} ...")
    for pause in (*(_PAUSES if network else ()), None):
        code = _run_once(what, command, cwd, env)
        if code == 0:
            return
        if pause is not None:
            say(f"  did not work (exit code {code}); trying again in {pause:.0f} s")
            time.sleep(pause)
    raise SetupFailed(f"{what}: failed (exit code {code}).\n{tail(LOG)}", f"{hint}\nThe whole output is in {LOG}.")


def _run_once(what: str, command: list[str], cwd: Path, env: dict[str, str] | None) -> int:
    with LOG.open("ab") as log:
        log.write(("\n$ " + " ".join(command) + "\n").encode())
        log.flush()
        try:
            process = subprocess.Popen(
                command, cwd=str(cwd), env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        except OSError as failure:
            log.write(f"{failure}\n".encode())
            return 127
        try:
            return _wait(process, what)
        except BaseException:
            process.terminate()
            process.wait()
            raise


def _wait(process: subprocess.Popen[bytes], what: str) -> int:
    terminal = sys.stdout.isatty()
    tick = 0.2 if terminal else _PLAIN_TICK
    began = time.monotonic()
    wait, turn = _PATIENCE, 0
    while True:
        try:
            code = process.wait(wait)
        except subprocess.TimeoutExpired:
            wait, turn = tick, turn + 1
            _show(f"{what} ({time.monotonic() - began:.0f} s)", turn, terminal)
            continue
        if terminal and turn:
            print("\r\033[K", end="", flush=True)
        return code


def _show(text: str, turn: int, terminal: bool) -> None:
    if terminal:
        print(f"\r\033[K  {_SPINNER[turn % len(_SPINNER)]} {text}", end="", flush=True)
    else:
        say(f"  still at it: {text}")


def tail(log: Path, lines: int = 40) -> str:
    try:
        return "\n".join("    " + line for line in log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
