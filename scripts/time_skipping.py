"""Gets Temporal's time-skipping test server (Java, from Maven Central), so that a wait of thirty days takes a second."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from scripts.progress import TOOLS, SetupFailed, run, say

VERSION = "1.38.0"
_FOLDER = TOOLS / f"temporal-test-server-{VERSION}"
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>holdfast</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>{version}</version></dependency>
  </dependencies>
</project>
"""


def ensure_test_server() -> Path | None:
    """The program that starts the server; None where Java or Maven is absent, and the tests that need it say so."""
    java, maven = shutil.which("java"), shutil.which("mvn")
    program = _FOLDER / "temporal-test-server"
    if program.exists():
        return program
    if java is None or maven is None:
        say("Without Java and Maven the tests that skip time are left out.")
        return None
    # Each process fills a folder of its own, so that none sees half of another's.
    making = _FOLDER.with_name(f"{_FOLDER.name}.{os.getpid()}")
    making.mkdir(parents=True, exist_ok=True)
    (making / "pom.xml").write_text(_POM.format(version=VERSION))
    copy = [maven, "-q", "-B", "-f", str(making / "pom.xml"), "dependency:copy-dependencies"]
    try:
        run("Getting the time-skipping test server", [*copy, f"-DoutputDirectory={making / 'jars'}"], "", network=True)
    except SetupFailed:
        say("It can't be had here: the tests that skip time are left out.")
        shutil.rmtree(making, ignore_errors=True)
        return None
    script = f'#!/bin/sh\nexec "{java}" -cp "{_FOLDER / "jars"}/*" io.temporal.testserver.TestServer "$@"\n'
    (making / program.name).write_text(script)
    (making / program.name).chmod(0o755)
    if not program.exists():
        making.rename(_FOLDER)
    return program
