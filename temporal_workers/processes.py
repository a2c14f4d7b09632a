"""Starting, naming and ending processes by their id, never by their name."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """A process id together with its start, so that a reused id is never mistaken for the old process."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        return started_at(self.pid) == self.started


def identify(pid: int) -> Identity:
    return Identity(pid, started_at(pid) or "gone")


def started_at(pid: int) -> str | None:
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        return _started_at_linux(stat)
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    text = answer.stdout.strip()
    return None if not text or text.startswith("Z") else text.partition(" ")[2].strip()


def _started_at_linux(stat: Path) -> str | None:
    try:
        # The name in parentheses may hold spaces and parentheses; the numbers start after the last one.
        fields = stat.read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    state, start_ticks = fields[0], fields[19]
    return None if state in ("Z", "X") else f"{boot}:{start_ticks}"


async def spawn(command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> asyncio.subprocess.Process:
    """Start a child in a process group of its own that cannot outlive us (on Linux)."""
    # Append mode lets the log be cut while the child goes on writing to it.
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=_dies_with(os.getpid()),
        )


def _dies_with(parent: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    # Loaded before the fork: loading a library in the child of a threaded process can deadlock.
    libc = ctypes.CDLL(None, use_errno=True)

    def bind_to_parent() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return bind_to_parent


def signal_group(pid: int, number: signal.Signals) -> bool:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


async def end_group(process: asyncio.subprocess.Process, grace: float) -> int:
    """SIGTERM, then SIGKILL after `grace` seconds; answers the exit code."""
    signal_group(process.pid, signal.SIGTERM)
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), grace)
    # Also after a clean end: a grandchild may still be in the group.
    signal_group(process.pid, signal.SIGKILL)
    return await process.wait()
