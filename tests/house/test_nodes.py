"""Every node type has its folder, its documents, and an example without findings."""

import json
from pathlib import Path

import pytest

from activities.discovery import load_node_types
from interpreter.catalog import Catalog
from interpreter.machine.constructs import control_node_types
from interpreter.validation import check
from tests.house.tree import ROOT

FOLDERS = sorted(path.parent for path in (ROOT / "activities").rglob("spec.py"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_node_folder_holds_the_same_files_as_all_others(folder: Path) -> None:
    wanted = {"spec.py", "nodes.py", "icon.svg", "example.json", "fake.py", "README.md"}
    assert wanted <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_example_of_a_folder_has_no_findings(folder: Path) -> None:
    catalog = Catalog((*control_node_types(), *load_node_types()))
    assert check(json.loads((folder / "example.json").read_text()), catalog).findings == []


def test_the_readme_of_a_folder_names_each_of_its_node_types() -> None:
    readmes = "".join((folder / "README.md").read_text() for folder in FOLDERS)
    assert [one.id for one in load_node_types() if one.id not in readmes] == []
