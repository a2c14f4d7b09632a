"""A small program that stands for the installed `holdfast` command under the supervisor."""

import sys
from pathlib import Path

_PROGRAM = """#!{python}
import json, os, pathlib, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

name = sys.argv[1]
file = pathlib.Path(os.environ["HOLDFAST_HOME"], name + ".environment")
file.with_suffix(".part").write_text(json.dumps(dict(os.environ)))
file.with_suffix(".part").rename(file)
if name == {dies!r}:
    sys.exit(name + " cannot start")
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api/v1/health/ready" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass

if name == "api":
    HTTPServer((os.environ["HOLDFAST_HOST"], int(os.environ["HOLDFAST_PORT"])), Ready).serve_forever()
while True:
    signal.pause()
"""


def write_fake_holdfast(folder: Path, dies: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "holdfast"
    program.write_text(_PROGRAM.format(python=sys.executable, dies=dies))
    program.chmod(0o755)
    return program
