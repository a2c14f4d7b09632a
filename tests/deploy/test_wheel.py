import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.deploy.compose import ROOT

_PROGRAM = """
import sys
import holdfast
try:
    holdfast.main()
finally:
    print(sys.modules["temporal_workers"].__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    program = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    built = subprocess.run(
        [sys.executable, "-c", program, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_owns_one_name_and_brings_all_rooms(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"holdfast", f"holdfast-{wheel.name.split('-')[1]}.dist-info"}
    rooms = {name.split("/")[2] for name in names if name.startswith("holdfast/_rooms/")}
    assert rooms == {"interpreter", "activities", "api", "temporal_workers"}
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]


def test_the_command_of_the_wheel_works_from_anywhere_beside_a_strangers_api(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    (tmp_path / "elsewhere" / "api").mkdir(parents=True)
    (tmp_path / "elsewhere" / "api" / "__init__.py").write_text("raise ImportError('a stranger')")
    definition = tmp_path / "definition.json"
    definition.write_text('{"format": 1, "name": "one", "nodes": [{"id": "a", "type": "core.noop@1"}], "edges": []}')
    # -P: as an installed script does it, without the working directory on the path.
    command = [sys.executable, "-P", "-c", _PROGRAM, "validate", str(definition)]
    environment = dict(os.environ) | {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        command, cwd=tmp_path / "elsewhere", env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Valid" in done.stdout
    assert str(tmp_path / "site" / "holdfast" / "_rooms") in done.stdout
