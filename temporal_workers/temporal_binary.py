"""Finds the Temporal executable, or fetches it, in a fixed order, and says which one it took."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT

from temporal_workers.errors import TemporalNotFound, TemporalUnusable
from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.temporal_version import OLDEST_SERVER, ServerVersion, parse_server_version

CLI_VERSION = "1.5.1"
_VERSION_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class TemporalBinary:
    path: Path
    source: str
    server: ServerVersion

    def __str__(self) -> str:
        return f"Temporal {self.server} ({self.source}: {self.path})"


@dataclass(frozen=True, slots=True)
class Candidate:
    path: Path
    source: str


@dataclass(frozen=True, slots=True)
class Fetcher:
    """One way to get the executable; answers its path or None with the reason said."""

    what: str
    fetch: Callable[[Home, Narrator], Awaitable[Path | None]]


async def find(
    named: Path | None,
    home: Home,
    narrator: Narrator,
    *,
    environment: Mapping[str, str],
    fetchers: Sequence[Fetcher],
) -> TemporalBinary:
    if named is not None:
        return await _explicit(_whole(named))
    async for candidate in _candidates(home, environment):
        binary = await inspect(candidate, narrator)
        if binary is not None:
            return binary
    for fetcher in fetchers:
        path = await fetcher.fetch(home, narrator)
        binary = await inspect(Candidate(path, fetcher.what), narrator) if path else None
        if binary is not None:
            return binary
    raise TemporalNotFound("No Temporal server could be found or fetched.", _choices())


def _whole(path: Path) -> Path:
    # A bare name would be looked up on PATH instead of here.
    return path.expanduser().absolute()


async def _explicit(named: Path) -> TemporalBinary:
    """A path somebody named is used or refused, never replaced by another one behind their back."""
    server = await server_version(named)
    if server is None:
        raise TemporalUnusable(
            f"HOLDFAST_TEMPORAL_BIN names {named}, which is no working Temporal executable.",
            "Point it at a file that answers to --version, or unset it to let Holdfast look for one.",
        )
    return TemporalBinary(named, "HOLDFAST_TEMPORAL_BIN", server)


async def inspect(candidate: Candidate, narrator: Narrator) -> TemporalBinary | None:
    server = await server_version(candidate.path)
    if server is None:
        narrator.say(f"{candidate.path} ({candidate.source}) does not answer to --version; looking further.")
        return None
    if server < OLDEST_SERVER:
        narrator.say(f"{candidate.path} carries Temporal {server}, older than {OLDEST_SERVER}; looking further.")
        return None
    return TemporalBinary(candidate.path, candidate.source, server)


async def _candidates(home: Home, environment: Mapping[str, str]) -> AsyncIterator[Candidate]:
    on_path = shutil.which("temporal", path=environment.get("PATH"))
    if on_path:
        yield Candidate(Path(on_path), "on PATH")
    for folder in await _go_folders(environment):
        if _is_executable(folder / "temporal"):
            yield Candidate(folder / "temporal", "in Go's bin folder")
    if _is_executable(home.binaries / "temporal"):
        yield Candidate(home.binaries / "temporal", "fetched earlier")


async def _go_folders(environment: Mapping[str, str]) -> list[Path]:
    folders = []
    go = shutil.which("go", path=environment.get("PATH"))
    answer = await output_of([go, "env", "GOBIN", "GOPATH"], environment) if go else None
    if answer is not None:
        bin_folder, _, paths = answer.partition("\n")
        folders += [Path(bin_folder)] if bin_folder.strip() else []
        folders += [Path(path.strip()) / "bin" for path in paths.split(os.pathsep) if path.strip()]
    folders.append(Path(environment.get("HOME") or Path.home()) / "go" / "bin")
    return list(dict.fromkeys(folders))


def _is_executable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


async def server_version(path: Path) -> ServerVersion | None:
    answer = await output_of([str(path), "--version"], None)
    return None if answer is None else parse_server_version(answer)


async def output_of(command: Sequence[str], environment: Mapping[str, str] | None) -> str | None:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, env=None if environment is None else dict(environment)
        )
    except OSError:
        return None
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _VERSION_PATIENCE)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output.decode(errors="replace") if process.returncode == 0 else None


def _choices() -> str:
    return (
        "Do one of these and start again:\n"
        "  1. a Temporal cluster that runs somewhere: set TEMPORAL_ADDRESS=host:7233\n"
        "  2. an executable that you have: set HOLDFAST_TEMPORAL_BIN=/path/to/temporal, or put it on PATH\n"
        "  3. download the Temporal CLI from its releases page, unpack it, and do 2\n"
        "  4. with Go >= 1.24: "
        f'go install -ldflags "-s -w" github.com/temporalio/cli/cmd/temporal@v{CLI_VERSION}\n'
        "  5. with a connection to the internet or to a package mirror: only start again, it is tried once more"
    )
