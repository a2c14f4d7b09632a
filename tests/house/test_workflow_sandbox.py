"""Workflow code imports `interpreter` and `temporalio`, beside the standard library."""

import ast
import sys

from tests.house.tree import ROOT, parsed

ALLOWED = {"interpreter", "temporalio", "temporal_workers"}


def test_workflow_modules_import_nothing_else() -> None:
    wrong = []
    for path in sorted((ROOT / "temporal_workers" / "workflows").glob("*.py")):
        for node in ast.walk(parsed(path)):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for module in modules:
                top = module.split(".")[0]
                own = module.startswith("temporal_workers") and not module.startswith("temporal_workers.workflows")
                if own or (top not in ALLOWED and top not in sys.stdlib_module_names):
                    wrong.append(f"{path.name} imports {module}")
    assert wrong == []
