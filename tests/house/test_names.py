"""Names say something, and say it in the project's vocabulary."""

import ast
import re
import subprocess

from tests.house.tree import ROOT, files_of_tests, functions, parsed, python_files, shown, web_files

NOTHING = re.compile(r"^(utils?|helpers?|common|misc|base)$")
NOT_OUR_WORDS = re.compile(r"(^|_)(flow|flows|job|jobs|pipeline|pipelines)(_|$)", re.IGNORECASE)


def test_no_file_is_called_utils_helpers_common_misc_or_base() -> None:
    stems = {shown(path): path.stem for path in (*python_files(), *files_of_tests(), *web_files())}
    assert [path for path, stem in stems.items() if NOTHING.match(stem)] == []


def test_classes_and_functions_use_the_words_of_the_architecture() -> None:
    wrong = []
    for path in python_files():
        for node in ast.walk(parsed(path)):
            named = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            if named and NOT_OUR_WORDS.search(_snake(node.name)):  # type: ignore[union-attr]
                wrong.append(f"{shown(path)}:{node.name}")  # type: ignore[union-attr]
    assert wrong == []


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def test_a_test_name_is_a_sentence() -> None:
    short = [
        f"{shown(path)}:{one.name}"
        for path in files_of_tests()
        for one in functions(path)
        if one.name.startswith("test_") and len(one.name.split("_")) < 4
    ]
    assert short == []


def test_every_module_says_in_a_docstring_what_it_is_for() -> None:
    assert [shown(path) for path in python_files() if ast.get_docstring(parsed(path)) is None and path.read_text().strip()] == []


def test_no_file_of_the_project_names_a_package_registry_or_this_machine() -> None:
    hosts = ("pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "/work/" + "main", "proxy.go" + "lang")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    kept = (ROOT / name for name in listed.split("\0") if name)
    texts = {shown(path): path.read_text(errors="replace") for path in kept if path.is_file()}
    assert [path for path, text in texts.items() for host in hosts if host in text] == []
