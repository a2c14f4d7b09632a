"""Finds a new enough Python and makes `.venv` with exactly the locked packages.

Kept to the syntax of old Pythons, since it runs before a new enough one is found.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from scripts.progress import ROOT, TOOLS, SetupFailed, run

OLDEST = (3, 11)
NAMES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python")
VENV = ROOT / ".venv"
BIN = VENV / "bin"
_STAMP = VENV / ".holdfast-setup"
_LOCK = ROOT / "requirements.lock"
_SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_NETWORK_HINT = "Check the connection (or the mirror that pip and uv are set to), then run the same command again."


def find_python(names: Iterable[str] = NAMES) -> str:
    """The running Python if it is new enough, else the first one on PATH that is."""
    if sys.version_info[:2] >= OLDEST:
        return sys.executable
    for name in names:
        path = shutil.which(name)
        if path and _version(path) >= OLDEST:
            return path
    raise SetupFailed(
        "Holdfast needs Python 3.11 or newer; none was found (looked for {}).".format(", ".join(names)),
        "Install one (Debian, Ubuntu: apt-get install python3.11 python3.11-venv; macOS: brew install python) "
        "and run the same command again.",
    )


def _version(python: str) -> tuple[int, ...]:
    program = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [python, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    words = answer.stdout.decode().split()
    # A pyenv shim for a version that is not installed exists, but fails.
    return tuple(int(word) for word in words) if answer.returncode == 0 and len(words) == 2 else ()


def wanted_stamp() -> str:
    """Changes whenever the environment has to be made anew."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for path in (_LOCK, ROOT / "pyproject.toml", ROOT / "temporal_workers" / "launcher.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    try:
        return _STAMP.read_text() == wanted_stamp() and (BIN / "holdfast").exists()
    except OSError:
        return False


def ensure() -> None:
    if is_current():
        return
    _ensure_venv()
    _ensure_uv()
    uv, python = str(BIN / "uv"), str(BIN / "python")
    # Compiled here, because an environment may forbid writing bytecode later, and then every start would pay for it.
    sync = [uv, "pip", "sync", "--python", python, "--require-hashes", "--compile-bytecode", str(_LOCK)]
    environment = environment_with_tools()
    run("Installing the locked packages", sync, _NETWORK_HINT, env=environment, network=True)
    install = [uv, "pip", "install", "--python", python, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    run(
        "Installing the holdfast command",
        install,
        "See the lines above; `rm -rf .venv` starts afresh.",
        env=environment,
    )
    _STAMP.write_text(wanted_stamp())


def _ensure_venv() -> None:
    python = BIN / "python"
    if python.exists() and _version(str(python)) == sys.version_info[:2]:
        return
    hint = "On Debian and Ubuntu: apt-get install python3-venv. Then run the same command again."
    run("Creating .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)], hint)


def _ensure_uv() -> None:
    if (BIN / "uv").exists():
        return
    TOOLS.mkdir(exist_ok=True)
    only_uv = TOOLS / "uv.lock"
    only_uv.write_text(locked_lines("uv", _LOCK.read_text()))
    run(
        "Installing uv",
        [*_installer(), "--force-reinstall", "--require-hashes", "--no-deps", "-r", str(only_uv)],
        _NETWORK_HINT,
        env=environment_with_tools(),
        network=True,
    )


def _installer() -> list[str]:
    python = str(BIN / "python")
    system_uv = shutil.which("uv")
    if system_uv:
        return [system_uv, "pip", "install", "--python", python]
    if subprocess.run(
        [python, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode:
        hint = "On Debian and Ubuntu: apt-get install python3-venv. Then `rm -rf .venv` and run the same command again."
        run("Installing pip into .venv", [python, "-m", "ensurepip"], hint)
    return [python, "-m", "pip", "install", "--disable-pip-version-check"]


def locked_lines(package: str, lock: str) -> str:
    """The entry of one package with its hashes, so that the bootstrap is locked like everything else."""
    kept, inside = [], False
    for line in lock.splitlines():
        if not line.startswith((" ", "#")):
            inside = line.startswith(f"{package}==")
        if inside:
            kept.append(line)
    if not kept:
        raise SetupFailed(f"{package} is not in requirements.lock.", "Run `make lock`.")
    return "\n".join(kept) + "\n"


def environment_with_tools() -> dict[str, str]:
    """The environment for tools: `.venv` first on PATH, so that its Node is used."""
    environment = dict(os.environ)
    environment["PATH"] = str(BIN) + os.pathsep + environment.get("PATH", "")
    environment.pop("PYTHONHOME", None)
    # A company's own certificate authority is in the system's store only; Node adds it, uv replaces its own by it.
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")
    if _SYSTEM_CERTIFICATES.exists():
        environment.setdefault("UV_SYSTEM_CERTS", "true")
    return environment
