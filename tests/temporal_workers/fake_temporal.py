"""A small program that answers like the Temporal executable, for tests of finding, starting and versions."""

import os
import sys
from pathlib import Path

_PROGRAM = """#!{python}
import os, signal, socket, sqlite3, sys
arguments = sys.argv[1:]

def option(name):
    return arguments[arguments.index(name) + 1]

if arguments == ["--version"]:
    print("temporal version 9.9.9 (Server {server}, UI 2.0.0)")
elif arguments[:3] == ["operator", "cluster", "health"]:
    host, port = option("--address").split(":")
    socket.create_connection((host, int(port)), timeout=1).close()
elif arguments[:2] == ["server", "start-dev"]:
    if {dies}:
        sys.exit("cannot start")
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    file = option("--db-filename")
    new = not os.path.exists(file)
    connection = sqlite3.connect(file)
    if new:
        connection.execute("CREATE TABLE {table} (id INTEGER)")
        connection.commit()
    connection.close()
    listener = socket.create_server((option("--ip"), int(option("--port"))))
    while True:
        listener.accept()[0].close()
"""


def write_fake_temporal(
    folder: Path, *, server: str = "1.29.1", table: str = "executions", dies: bool = False, name: str = "temporal"
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(_PROGRAM.format(python=sys.executable, server=server, table=table, dies=dies))
    program.chmod(0o755)
    return program


def path_with(*folders: Path) -> dict[str, str]:
    """An environment where only these folders are searched for programs."""
    return {"PATH": os.pathsep.join(str(folder) for folder in folders), "HOME": str(folders[0])}
