"""What no file may do."""

import ast

from tests.house.tree import parsed, python_files, shown

FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve"}
CLOCK = {"now", "utcnow", "today"}


def test_no_user_text_is_ever_executed() -> None:
    wrong = []
    for path in python_files():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
                wrong.append(f"{shown(path)}:{node.lineno} calls {node.func.id}")
            if isinstance(node, ast.keyword) and node.arg == "shell":
                wrong.append(f"{shown(path)}:{node.value.lineno} starts a shell")
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                wrong += [f"{shown(path)} imports {name}" for name in names & FORBIDDEN_MODULES]
    assert wrong == []


def test_the_interpreter_asks_no_clock() -> None:
    """The rooms' contract forbids `time` and `random`; `datetime` stays for arithmetic only."""
    wrong = [
        f"{shown(path)}:{node.lineno}"
        for path in python_files()
        if path.parts[-2:][0] == "interpreter" or "interpreter" in path.parts
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute)
        and node.attr in CLOCK
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date")
    ]
    assert wrong == []


def test_no_module_does_work_when_it_is_imported() -> None:
    """Factories only: a settings object or an app at module level is made before anybody could say how."""
    wrong = []
    for path in python_files():
        for node in parsed(path).body:
            value = getattr(node, "value", None) if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
                made = value.func.id
                if made.endswith("Settings") or made in ("FastAPI", "create_app", "create_engine"):
                    wrong.append(f"{shown(path)}:{node.lineno} makes {made}")
    assert wrong == []
