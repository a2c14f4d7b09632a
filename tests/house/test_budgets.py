"""Files and functions stay small enough to hold one idea."""

from tests.house.tree import files_of_tests, functions, line_count, python_files, shown, web_files

EXEMPT: dict[str, str] = {}
"""Path -> reason. A budget is crossed aloud or not at all."""


def test_no_source_file_is_longer_than_400_lines() -> None:
    long = {shown(path): line_count(path) for path in (*python_files(), *web_files()) if line_count(path) > 400}
    assert {path: lines for path, lines in long.items() if path not in EXEMPT} == {}


def test_no_test_file_is_longer_than_600_lines() -> None:
    assert {shown(path): line_count(path) for path in files_of_tests() if line_count(path) > 600} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = {
        f"{shown(path)}:{one.name}": (one.end_lineno or one.lineno) - one.lineno + 1
        for path in python_files()
        for one in functions(path)
        if (one.end_lineno or one.lineno) - one.lineno + 1 > 60
    }
    assert {name: lines for name, lines in long.items() if name not in EXEMPT} == {}


def test_every_exemption_is_still_needed() -> None:
    assert all(line_count(path) > 400 for path in python_files() if shown(path) in EXEMPT)
