"""The folder where the embedded installation keeps its files: who uses it now, and which children it left."""

import asyncio
import fcntl
import json
import os
import shutil
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path

from temporal_workers.errors import HomeInUse, HomeUnusable
from temporal_workers.processes import Identity, identify, signal_group

_LEFT_BEHIND_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Home:
    root: Path

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def binaries(self) -> Path:
        return self.root / "bin"

    @property
    def temporal(self) -> Path:
        return self.root / "temporal"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def lock_file(self) -> Path:
        return self.state / "up.lock"

    @property
    def children_file(self) -> Path:
        return self.state / "children.json"

    def prepare(self) -> None:
        try:
            # Keys and payloads live here: for the owner only, also where the umask is generous.
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            for folder in (self.logs, self.binaries, self.temporal, self.state):
                folder.mkdir(exist_ok=True, mode=0o700)
            probe = self.state / ".writable"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as failure:
            raise HomeUnusable(
                f"The folder {self.root} cannot be used: {failure.strerror or failure}.",
                "Make it writable for you, or set HOLDFAST_HOME to another folder.",
            ) from failure

    def sweep(self) -> None:
        """Remove what a killed download, build or trial left behind; younger folders may still be in use."""
        for folder in (*self.binaries.glob(".*"), *self.state.glob(".trial-*")):
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > _LEFT_BEHIND_SECONDS:
                    shutil.rmtree(folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the home for one supervisor; the kernel lets go when the process ends, however it ends."""
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(descriptor)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
            yield
        finally:
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            raise HomeInUse(
                f"Another `holdfast up` (process {holder}) already runs on {self.root}.",
                f"Stop it (kill {holder}, or Ctrl-C where it runs), "
                "or set HOLDFAST_HOME and HOLDFAST_PORT for a second installation.",
            ) from taken

    def is_locked(self) -> bool:
        try:
            descriptor = os.open(self.lock_file, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def record_children(self, pids: Mapping[str, int]) -> None:
        entries = {name: _entry(identify(pid)) for name, pid in sorted(pids.items())}
        partial = self.children_file.with_suffix(".partial")
        partial.write_text(json.dumps(entries))
        partial.replace(self.children_file)

    def recorded_children(self) -> dict[str, Identity]:
        try:
            entries = json.loads(self.children_file.read_text())
            return {str(name): Identity(int(at["pid"]), str(at["started"])) for name, at in entries.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    async def end_leftovers(self, grace: float = 5.0) -> list[str]:
        """End children that an earlier supervisor could not end; only those whose start time still matches."""
        left = {name: child for name, child in self.recorded_children().items() if child.is_alive()}
        for child in left.values():
            signal_group(child.pid, signal.SIGTERM)
        deadline = asyncio.get_running_loop().time() + grace
        await _gone(left.values(), deadline)
        for child in left.values():
            if child.is_alive():
                signal_group(child.pid, signal.SIGKILL)
        await _gone(left.values(), inf)
        with suppress(FileNotFoundError):
            self.children_file.unlink()
        return sorted(left)


async def _gone(children: Iterable[Identity], deadline: float) -> None:
    # Not our children any more, so there is nothing to wait on but their absence.
    while any(child.is_alive() for child in children) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


def _entry(identity: Identity) -> dict[str, int | str]:
    return {"pid": identity.pid, "started": identity.started}
