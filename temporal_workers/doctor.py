"""Looks at this machine and installation; every finding that is not good comes with a way out."""

import os
import shutil
import socket
import sqlite3
import stat
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from temporal_workers import ports
from temporal_workers.dev_server import FIRST_PORT, FIRST_UI_PORT
from temporal_workers.dev_server_file import DatabaseFile
from temporal_workers.errors import WorkersError
from temporal_workers.home import Home
from temporal_workers.narration import Narrator
from temporal_workers.settings import UpSettings
from temporal_workers.temporal_binary import TemporalBinary, find
from temporal_workers.temporal_version import FileRecord, loopback_only

_LITTLE_DISK = 1_000_000_000
_TOO_LITTLE_DISK = 200_000_000
_OLDEST_PYTHON = (3, 11)


class Level(StrEnum):
    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    level: Level
    message: str
    way_out: str = ""


async def examine(settings: UpSettings, narrator: Narrator) -> AsyncIterator[Check]:
    home = Home(settings.home)
    running = home.is_locked()
    yield check_python(sys.version_info[:3])
    yield check_home(home)
    yield check_keys(home, configured=settings.encryption_keys is not None)
    yield check_disk(home)
    async for check in _temporal_checks(settings, home, narrator):
        yield check
    yield check_database(settings)
    yield check_api(settings, running=running)


def check_python(version: tuple[int, ...]) -> Check:
    text = "Python " + ".".join(str(part) for part in version)
    if version < _OLDEST_PYTHON:
        return Check("python", Level.WRONG, f"{text} is too old.", "Install Python 3.11 or newer and run `make up`.")
    return Check("python", Level.OK, text)


def check_home(home: Home) -> Check:
    if not home.root.exists():
        return Check("home", Level.NOTE, f"{home.root} does not exist yet.", "It is made by the first `make up`.")
    if not os.access(home.root, os.W_OK | os.X_OK):
        return Check(
            "home",
            Level.WRONG,
            f"{home.root} is not writable for you.",
            "Give it to yourself with chown, or set HOLDFAST_HOME.",
        )
    mode = stat.S_IMODE(home.root.stat().st_mode)
    if mode & 0o077:
        return Check(
            "home", Level.NOTE, f"{home.root} can be entered by others (mode {mode:o}).", f"chmod 700 {home.root}"
        )
    return Check("home", Level.OK, str(home.root))


def check_keys(home: Home, *, configured: bool) -> Check:
    if configured:
        return Check("keys", Level.OK, "from HOLDFAST_ENCRYPTION_KEYS")
    keys = home.root / "keys"
    if not keys.exists():
        return Check("keys", Level.NOTE, "There are no keys yet.", "They are made by the first start.")
    mode = stat.S_IMODE(keys.stat().st_mode)
    if mode & 0o077:
        return Check("keys", Level.WRONG, f"{keys} can be read by others (mode {mode:o}).", f"chmod 600 {keys}")
    return Check("keys", Level.OK, f"{keys} (keep a copy: without it nothing stored can be read)")


def check_disk(home: Home) -> Check:
    existing = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    text = f"{free / 1e9:.1f} GB free at {existing}"
    if free < _TOO_LITTLE_DISK:
        return Check("disk", Level.WRONG, text, "Free some space, or move HOLDFAST_HOME to a larger disk.")
    if free < _LITTLE_DISK:
        return Check("disk", Level.NOTE, text, "Free some space soon: runs stop when the disk is full.")
    return Check("disk", Level.OK, text)


async def _temporal_checks(settings: UpSettings, home: Home, narrator: Narrator) -> AsyncIterator[Check]:
    if settings.external_temporal:
        yield check_address("temporal", settings.external_temporal, "Is TEMPORAL_ADDRESS right, and does it run?")
        return
    try:
        environment = settings.tool_environment()
        # Nothing is fetched here: a check changes nothing.
        binary = await find(settings.temporal_bin, home, narrator, environment=environment, fetchers=())
    except WorkersError as failure:
        yield Check("temporal", Level.WRONG, failure.message, failure.hint)
        return
    yield check_temporal(binary)
    yield check_temporal_file(DatabaseFile(home.temporal), binary)
    for port in (FIRST_PORT, FIRST_UI_PORT):
        yield check_temporal_port(port, running=home.is_locked())


def check_temporal(binary: TemporalBinary) -> Check:
    if loopback_only(binary.server):
        return Check(
            "temporal",
            Level.NOTE,
            f"{binary} lies in the range of CVE-2026-5199 (namespaces are not kept apart).",
            "Fine for this machine alone, where it listens on 127.0.0.1 only. For a server that others reach use a "
            "cluster newer than 1.29.4 or 1.30.2 by TEMPORAL_ADDRESS.",
        )
    return Check("temporal", Level.OK, str(binary))


def check_temporal_file(file: DatabaseFile, binary: TemporalBinary) -> Check:
    record = FileRecord.load(file.record_path)
    if not file.exists() or record is None:
        return Check("temporal file", Level.OK, f"{file.path} is made by the first start")
    if record.server != str(binary.server):
        return Check(
            "temporal file",
            Level.NOTE,
            f"{file.path} was written by Temporal {record.server}; the executable carries {binary.server}.",
            "The next start compares the tables and refuses, leaving the file untouched, when they differ.",
        )
    return Check("temporal file", Level.OK, f"{file.path}, written by Temporal {record.server}")


def check_temporal_port(port: int, *, running: bool) -> Check:
    name = f"port {port}"
    if ports.is_free(port):
        return Check(name, Level.OK, "free")
    who = "taken, probably by this installation" if running else "taken by another program"
    return Check(name, Level.OK if running else Level.NOTE, who, "" if running else "The next free one is used.")


def check_database(settings: UpSettings) -> Check:
    if settings.database_url is not None:
        return _check_database_url(settings.database_url.get_secret_value())
    files = sorted(settings.home.glob("*.db"))
    if not files:
        return Check("database", Level.OK, "SQLite, made by the first start")
    for file in files:
        try:
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as connection:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as failure:
            way_out = "Restore it from a backup, or move it away to start empty."
            return Check("database", Level.WRONG, f"{file} cannot be read: {failure}", way_out)
    return Check("database", Level.OK, ", ".join(str(file) for file in files))


def _check_database_url(url: str) -> Check:
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        return Check("database", Level.OK, "SQLite by DATABASE_URL")
    if not parts.hostname:
        return Check("database", Level.OK, f"{parts.scheme} over a local socket")
    # Never the whole URL: it holds the password.
    address = f"{parts.hostname}:{parts.port or 5432}"
    return check_address("database", address, "Is DATABASE_URL right, and does the database run?")


def check_address(name: str, address: str, way_out: str) -> Check:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=5):
            return Check(name, Level.OK, f"{address} answers")
    except (OSError, ValueError) as failure:
        return Check(name, Level.WRONG, f"{address} does not answer: {failure}", way_out)


def check_api(settings: UpSettings, *, running: bool) -> Check:
    url = f"{settings.local_url}/api/v1/health/ready"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5):
            return Check("api", Level.OK, f"{settings.local_url} is ready")
    except OSError as failure:
        if running:
            way_out = f"Look into {settings.home / 'logs' / 'api.log'}."
            return Check("api", Level.WRONG, f"{settings.local_url} is not ready: {failure}", way_out)
    if ports.is_free(settings.port, settings.host):
        return Check("api", Level.NOTE, "Nothing runs on this home.", "Start it with `make up`.")
    free = ports.next_free(settings.port + 1)
    message = f"Port {settings.port} is taken by another program."
    return Check("api", Level.WRONG, message, f"Stop it, or start with HOLDFAST_PORT={free}.")
