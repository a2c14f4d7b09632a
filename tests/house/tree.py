"""The project's own source files, parsed once, for the rules about the tree."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("interpreter", "activities", "api", "temporal_workers")
_NOT_OURS = {"versions", "node_modules", "static", "__pycache__", "dist", "test-results", "playwright-report"}


@lru_cache
def python_files() -> tuple[Path, ...]:
    """All Python files of the four rooms."""
    return tuple(path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if not _NOT_OURS & set(path.parts))


@lru_cache
def files_of_tests() -> tuple[Path, ...]:
    return tuple(sorted((ROOT / "tests").rglob("*.py")))


@lru_cache
def web_files() -> tuple[Path, ...]:
    paths = (path for path in sorted((ROOT / "web" / "src").rglob("*")) if path.suffix in (".ts", ".tsx"))
    return tuple(path for path in paths if ".gen." not in path.name)


@lru_cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def line_count(path: Path) -> int:
    return len(path.read_text().splitlines())
