"""Builds the web page that the API serves, when its sources changed since the last build."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from scripts.progress import ROOT, TOOLS, SetupFailed, run, say
from scripts.python_environment import BIN, environment_with_tools

WEB = ROOT / "web"
BUILT = ROOT / "api" / "static" / "index.html"
_MODULES = WEB / "node_modules"
_PACKAGES_STAMP = _MODULES / ".holdfast-setup"
_BUILD_STAMP = TOOLS / "web-build"
_NOT_SOURCES = {"node_modules", "dist", "test-results", "playwright-report", ".vite"}
_OLDEST_NODE = (24, 0)


def ensure_built() -> None:
    if not (WEB / "package.json").is_file():
        say("There is no web folder; the API runs without its page.")
        return
    wanted = sources_hash(WEB)
    if BUILT.is_file() and _read(_BUILD_STAMP) == wanted:
        return
    ensure_packages()
    hint = "See the lines above; `rm -rf web/node_modules` and the same command start afresh."
    run("Building the web page", [npm(), "run", "build"], hint, cwd=WEB, env=environment_with_tools())
    TOOLS.mkdir(exist_ok=True)
    _BUILD_STAMP.write_text(wanted)


def ensure_packages() -> None:
    """Install exactly what the lock file of the web folder names."""
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if _read(_PACKAGES_STAMP) == wanted:
        return
    environment = environment_with_tools()
    # The browser test runs on the system's Chromium; nobody needs a second one.
    environment["PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD"] = "1"
    hint = "Check the connection (or the mirror that npm is set to), then run the same command again."
    command = [npm(), "ci", "--no-audit", "--no-fund"]
    run("Installing the web packages", command, hint, cwd=WEB, env=environment, network=True)
    _PACKAGES_STAMP.write_text(wanted)


def npm() -> str:
    """The npm of `.venv`; a system one only where that is missing and the system's Node is new enough."""
    own = BIN / "npm"
    if own.exists():
        return str(own)
    found, node = shutil.which("npm"), shutil.which("node")
    if found and node and node_version(node) >= _OLDEST_NODE:
        return found
    raise SetupFailed("There is no Node 24 or newer.", "Run `rm -rf .venv` and the same command again.")


def node_version(node: str) -> tuple[int, ...]:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False)
        return tuple(int(part) for part in answer.stdout.strip().lstrip("v").split(".")[:2])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ()


def sources_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(_sources(folder)):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _NOT_SOURCES:
            continue
        if path.is_dir():
            yield from _sources(path)
        elif path.is_file():
            yield path


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None
